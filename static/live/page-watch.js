// A hearing as its public sees it: pieces of a few seconds, each a film of its own, shown where the clock of the hearing
// stands minus the delay. Nothing is sent but the question what there is.
import { Mix } from "./mix.js";

const root = document.getElementById("seen");
const EACH = 4_000;
const WAITS = 10_000; // for an answer: a phone that changes its network leaves requests that are never answered
const DRIFT = 0.6; // seconds
const JUMPS = 5_000; // a clock that stands so far apart was set anew
const part = (name) => root.querySelector(`[data-part=${name}]`);
const tiles = new Map();
let [tag, ahead, behind, sound] = [root.dataset.tag, 0, 0, false];
let exhibits = []; // pages on everybody's screen in court, with a picture where the judge lets the public see it
let mix; // from the first time that somebody asks for sound: before, a browser gives none; null where it mixes none at all

class Tile {
  pieces = [];
  playing = null;
  beside = false; // whether they interpret
  language = "";
  floor = []; // of who interprets: when everybody was to hear them

  constructor({ role, name }) {
    this.element = document.createElement("li");
    this.element.className = "court-tile";
    const figure = document.createElement("figure");
    const media = document.createElement("div");
    media.className = "court-tile__media";
    this.films = [0, 1].map(() => {
      const film = document.createElement("video");
      Object.assign(film, { playsInline: true, muted: true, preload: "auto", hidden: true });
      film.setAttribute("aria-label", [name, role].filter(Boolean).join(", "));
      return film;
    });
    const mark = document.createElement("span");
    mark.className = "court-mark";
    mark.textContent = root.dataset.mark;
    const caption = document.createElement("figcaption");
    const who = document.createElement("b");
    who.textContent = name || role;
    caption.append(who);
    if (name) caption.append(Object.assign(document.createElement("span"), { textContent: role }));
    media.append(...this.films, mark);
    figure.append(media, caption);
    this.element.append(figure);
  }

  /** Show what belongs to this moment, and have what comes next ready; `silent`: they are not to be heard. */
  at(moment, silent) {
    const now = this.pieces.find((each) => each.from <= moment && moment < each.until);
    const next = this.pieces.find((each) => each.from > (now ? now.from : moment));
    if (now?.id !== this.playing) {
      this.playing = now?.id ?? null;
      for (const film of this.films) if (!now || film.dataset.piece !== String(now.id)) this.#rest(film);
      if (now) this.#show(this.#film(now));
    }
    if (now) {
      const film = this.#film(now);
      const second = (moment - now.from) / 1000;
      if (film.readyState > 0 && Math.abs(film.currentTime - second) > DRIFT && second < film.duration) film.currentTime = second;
      film.muted = silent;
    }
    if (next) this.#film(next);
  }

  #film(piece) {
    const id = String(piece.id);
    const held = this.films.find((film) => film.dataset.piece === id);
    if (held) return held;
    const free = this.films.find((film) => film.dataset.piece !== String(this.playing)) ?? this.films[0];
    free.dataset.piece = id;
    free.src = piece.src;
    free.load();
    return free;
  }

  #show(film) {
    film.hidden = false;
    film.play().catch(() => {});
  }

  #rest(film) {
    film.pause();
    film.hidden = true;
  }

  /** Whether they speak beside the hearing at this moment. */
  isAside(moment) {
    return this.beside && !this.floor.some(([from, until]) => from <= moment && moment < until);
  }

  end() {
    for (const film of this.films) film.removeAttribute("src");
    this.element.remove();
  }
}

async function ask() {
  const asked = new URL(root.dataset.seen, location.href);
  asked.searchParams.set("known", tag);
  const answer = await fetch(asked, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(WAITS) });
  if (answer.status === 403 || answer.status === 404 || answer.redirected) return location.reload();
  if (!answer.ok) return;
  const said = await answer.json();
  // What came over a slow line, or was kept a second on the way, is a clock that is late: the freshest counts, so that nothing jumps.
  const fresh = said.clock - Date.now();
  ahead = Math.abs(fresh - ahead) > JUMPS ? fresh : Math.max(ahead, fresh);
  behind = said.behind;
  if (said.html !== undefined) {
    tag = said.tag;
    part("now").innerHTML = said.html;
  }
  const known = new Set(said.people.map((each) => each.id));
  for (const [id, tile] of tiles) if (!known.has(id)) leave(id, tile);
  for (const person of said.people) {
    if (!tiles.has(person.id)) {
      const tile = new Tile(person);
      tiles.set(person.id, tile);
      part("tiles").append(tile.element);
    }
    const tile = tiles.get(person.id);
    tile.pieces = said.pieces.filter((each) => each.who === person.id);
    tile.beside = person.beside;
    tile.language = person.language;
    tile.floor = person.floor;
  }
  exhibits = said.exhibits;
  part("controls").hidden = !tiles.size;
  choices();
}

/** One choice for each who interprets; with more than one, each says its languages. What was chosen stays while they are there. */
function choices() {
  const box = part("listen");
  const there = [...tiles].filter(([, tile]) => tile.beside);
  box.hidden = !there.length;
  const [, ...offered] = box.querySelectorAll("input");
  // By itself the page has one, which is whoever interprets alone.
  if (offered.length === 1 && offered[0].value === "interpretation" && there.length < 2) {
    if (there.length) offered[0].dataset.of = there[0][0];
    return;
  }
  if (offered.map((each) => each.value).join() === there.map(([id]) => id).join()) return;
  const was = chosen();
  const focused = box.contains(document.activeElement) ? document.activeElement.value : undefined;
  for (const each of offered) each.closest("label").remove();
  for (const [id, tile] of there) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "hear", value: id, checked: id === was });
    label.append(input, ` ${box.dataset.each.replace("{language}", tile.language)}`);
    box.append(label);
  }
  if (!box.querySelector("input:checked")) box.querySelector("[value=original]").checked = true;
  if (focused) box.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
}

/** Whose interpretation whoever watches chose; undefined for what is said as it is said. */
function chosen() {
  const input = part("listen").querySelector("input:checked");
  return input.value === "original" ? undefined : Number(input.dataset.of ?? input.value);
}

function leave(id, tile) {
  tiles.delete(id);
  mix?.leaves(id, tile.films);
  tile.end();
}

/** The page that stood on the screens at this moment, or that one did; nothing where none did. */
function exhibit(moment) {
  const box = part("exhibit");
  const now = exhibits.find((each) => each.from <= moment && moment < each.until);
  const wanted = now ? (now.src ?? "kept") : "";
  if (box.dataset.shows === wanted) return;
  box.dataset.shows = wanted;
  box.hidden = !now;
  box.replaceChildren();
  if (!now) return;
  const words = now.src ? box.dataset.open.replace("{page}", now.number) : box.dataset.kept;
  if (now.src) {
    const picture = Object.assign(new Image(), { src: now.src, alt: words });
    const page = document.createElement("div");
    page.className = "court-share__page";
    page.append(picture);
    box.append(page);
  }
  box.append(Object.assign(document.createElement("p"), { className: "court-share__foot", textContent: words }));
}

function show() {
  const moment = Date.now() + ahead - behind;
  exhibit(moment);
  const over = chosen();
  // Where the browser mixes nothing, who interprets is heard beside the others, or not at all.
  for (const [id, tile] of tiles) tile.at(moment, !sound || (!mix && id !== over && tile.isAside(moment)));
  if (!mix) return;
  for (const [id, tile] of tiles) mix.takes(id, tile.films, (at) => tile.isAside(at));
  mix.at(moment, over);
}

const button = root.querySelector("[data-sound]");
button.addEventListener("click", () => {
  sound = !sound;
  if (mix === undefined) mix = window.AudioContext ? new Mix() : null;
  button.textContent = sound ? button.dataset.on : button.dataset.off;
  show();
});
part("listen").addEventListener("change", show);
const again = () => ask().catch(() => {}).finally(() => setTimeout(again, EACH));
again();
setInterval(show, 250);
