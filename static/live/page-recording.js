// A time in the journal plays its second: everybody's film of that piece goes there together.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-second]");
  if (!link) return;
  const films = [...document.querySelectorAll(`video[data-piece="${CSS.escape(link.dataset.piece)}"]`)];
  if (!films.length) return;
  event.preventDefault();
  for (const each of document.querySelectorAll("video")) each.pause();
  for (const each of films) {
    each.currentTime = Number(link.dataset.second);
    each.play().catch(() => {});
  }
  films[0].scrollIntoView({ block: "center" });
});
