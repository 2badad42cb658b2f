// As a film plays, the exhibit page that stood on the screens at that moment stands beside it; the list on the page says from when
// until when. Nothing is fetched before its moment comes.
const list = [...document.querySelectorAll("[data-shown-pages] [data-since]")];
const box = document.querySelector("[data-shown]");
if (box && list.length) {
  const title = box.querySelector("[data-shown-title]");
  const page = box.querySelector("[data-shown-page]");
  const picture = page.querySelector("img");
  box.hidden = false;
  let standing;
  const show = (row) => {
    if (row === standing) return;
    standing = row;
    for (const each of list) each.toggleAttribute("data-now", each === row);
    const from = row?.dataset.picture;
    page.hidden = !from;
    if (from && picture.getAttribute("src") !== from) picture.src = from;
    if (!from) picture.removeAttribute("src");
    picture.alt = row?.dataset.title ?? "";
    title.textContent = !row ? box.dataset.nothing : from ? row.dataset.title : `${row.dataset.title}. ${box.dataset.noPicture}`;
  };
  const follow = (event) => {
    const film = event.target;
    const piece = film.dataset?.whole ?? film.dataset?.piece;
    if (!piece || (film.paused && event.type === "timeupdate")) return;
    const at = film.currentTime;
    show(list.find((row) => row.dataset.piece === piece && Number(row.dataset.since) <= at && at < Number(row.dataset.until ?? Infinity)));
  };
  for (const type of ["timeupdate", "seeked", "play"]) document.addEventListener(type, follow, true);
}
