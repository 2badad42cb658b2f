// A time in the journal plays its second: the film of everybody goes there, or without one each person's together.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-second]");
  if (!link) return;
  const piece = CSS.escape(link.dataset.piece);
  const whole = document.querySelector(`video[data-whole="${piece}"]`);
  const films = whole ? [whole] : [...document.querySelectorAll(`video[data-piece="${piece}"]`)];
  if (!films.length) return;
  event.preventDefault();
  for (const each of document.querySelectorAll("video")) each.pause();
  for (const each of films) {
    each.currentTime = Number(link.dataset.second);
    each.play().catch(() => {});
  }
  films[0].scrollIntoView({ block: "center" });
});

// Where a piece is over, the next one goes on by itself.
document.addEventListener("ended", (event) => {
  const films = [...document.querySelectorAll("video[data-whole]")];
  const next = films[films.indexOf(event.target) + 1];
  if (films.includes(event.target) && next) {
    next.scrollIntoView({ block: "center" });
    next.play().catch(() => {});
  }
}, true);
