// The pages of a hearing held here, kept fresh: the room asks what changed and puts the new parts in place; every step is a
// form that works without this. Picture and sound come by room.js; what a tile says is what the court confirmed.
import { enter, WAITS } from "./room.js";

const live = document.getElementById("live");
const EVERY = 2000;

/** Put the new parts where the old ones stand; what somebody types in, or has the focus in, stays until they leave it. */
function place(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!old) continue;
    if (part.dataset.part === "tiles") tiles(old, part);
    else if (["about", "callers"].includes(part.dataset.part)) people(old, part);
    else if (part.dataset.part === "interpretation") choice(old, part);
    else if (!busy(old)) old.replaceChildren(...part.childNodes);
  }
  live.dataset.tag = fresh.querySelector("[data-tag]").dataset.tag;
  // Held by another media host since: whoever is still at the one before comes to that.
  room?.comeTo(fresh.querySelector("[data-tag]").dataset.room);
  // Who comes back after a part without them has the tiles anew, often after their sound and picture arrived.
  for (const each of arrived.values()) play(each);
  paint();
  channel();
}

function busy(part) {
  const focused = document.activeElement;
  return part.contains(focused) && /^(INPUT|TEXTAREA|SELECT)$/.test(focused.tagName);
}

/** Whoever came can be chosen; what was chosen stays. */
function people(old, part) {
  const chosen = old.querySelector("select")?.value;
  if (busy(old)) return;
  old.replaceChildren(...part.childNodes);
  if (old.querySelector(`option[value="${CSS.escape(chosen ?? "")}"]`)) old.querySelector("select").value = chosen;
}

/** Whoever chose what to hear has the focus there for hours: who interprets changes around it all the same. */
function choice(old, part) {
  const told = (one) => [...one.querySelectorAll("p, fieldset > legend, fieldset > label")].map((each) => each.outerHTML).join("");
  if (told(old) === told(part)) return;
  const focused = busy(old) ? document.activeElement.value : undefined;
  old.replaceChildren(...part.childNodes);
  channel();
  if (focused) old.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
}

/** A tile keeps its picture: only its words change; who left goes, who came is put in. Whoever waits to be called sees none. */
function tiles(old, part) {
  old.hidden = part.hidden;
  const list = old.querySelector("ul");
  const known = new Map([...list.children].map((one) => [one.dataset.person, one]));
  list.replaceChildren(...[...part.querySelectorAll("li")].map((one) => {
    const kept = known.get(one.dataset.person);
    if (!kept) return one;
    kept.className = one.className;
    kept.querySelector("figcaption").replaceChildren(...one.querySelector("figcaption").childNodes);
    const tag = kept.querySelector("[data-tag]");
    tag.hidden = one.querySelector("[data-tag]").hidden;
    tag.textContent = one.querySelector("[data-tag]").textContent;
    return kept;
  }));
}

let asking;
/** Ask once for however many reasons there are at a moment. */
function ask() {
  asking ??= new Promise((done) => setTimeout(done, 250)).then(fetchParts).finally(() => { asking = undefined; });
  return asking;
}

async function fetchParts() {
  try {
    const answer = await fetch(`${live.dataset.now}?known=${encodeURIComponent(live.dataset.tag)}`, { credentials: "same-origin", signal: AbortSignal.timeout(WAITS) });
    if (answer.redirected || answer.status === 404) location.reload();
    else if (answer.status === 200) place(await answer.text());
  } catch {
    // The network is away: the next round asks again.
  }
}

function every(ms, step) {
  const round = async () => {
    // Whoever is in the hearing with another page before them is told all the same that it goes on at another host.
    // A round that fails, as while the network is away, is not the last.
    if (!document.hidden || room) await step().catch(() => {});
    setTimeout(round, ms);
  };
  setTimeout(round, ms);
}

// -- the waiting room: taken in when something changes ---------------------------------

async function waiting() {
  const answer = await fetch(live.dataset.waiting, { credentials: "same-origin", signal: AbortSignal.timeout(WAITS) });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
  if (fresh && fresh.dataset.tag !== live.dataset.tag && !busy(document.body)) location.reload();
}

// -- picture and sound ----------------------------------------------------------------

const own = { microphone: false, camera: false };
const IN_VAIN = new Set(["expired", "not_open", "no_ticket", "no_room"]); // tried several times: not this device is what is wrong
const OFTEN = 3; // times that sound and picture were connected anew in vain: the network may let none through
const arrived = new Map(); // what came of each, whether or not their tile stands here by then
let room;

function say(words) {
  const line = document.querySelector("[data-connection]");
  if (line && words !== undefined) line.textContent = words;
}

/** Not let in: why, what can be done, and the way to do it. */
function refused(why) {
  say(IN_VAIN.has(why) ? live.dataset.unreached : live.dataset.refused);
  offer(true);
}

function offer(again) {
  const button = document.querySelector("[data-again]");
  if (button) button.hidden = !again;
}

function paint() {
  for (const [name, selector] of [["microphone", "[data-mic]"], ["camera", "[data-camera]"]]) {
    const button = document.querySelector(selector);
    const word = button?.querySelector("[data-word]");
    if (word) word.textContent = own[name] ? button.dataset.on : button.dataset.off;
  }
}

function picture(person) {
  return document.querySelector(`[data-person="${CSS.escape(person)}"] video`);
}

function give(element, track, kind) {
  if (!element) return;
  const stream = element.srcObject ?? new MediaStream();
  if (track && stream.getTracks().includes(track)) return;
  for (const before of stream.getTracks().filter((one) => one.kind === kind)) stream.removeTrack(before);
  if (track) stream.addTrack(track);
  if (element.srcObject !== stream) element.srcObject = stream;
}

/** What came of somebody stands in their tile; a witness is shown nobody, and hears all the same who speaks to them. */
function play({ person, kind, track }) {
  const tile = picture(person);
  give(tile, track, kind);
  if (kind === "audio") give(voice(person, !tile && Boolean(track)), tile ? null : track, kind);
}

function voice(person, wanted) {
  const held = live.querySelector(`audio[data-voice="${CSS.escape(person)}"]`);
  if (held || !wanted) return held;
  const made = Object.assign(document.createElement("audio"), { autoplay: true });
  made.dataset.voice = person;
  live.append(made);
  return made;
}

function tone() {
  try {
    const context = new AudioContext();
    const sound = new OscillatorNode(context, { frequency: 880 });
    const quiet = new GainNode(context, { gain: 0.08 });
    sound.connect(quiet).connect(context.destination);
    sound.start();
    sound.stop(context.currentTime + 0.25);
    sound.onended = () => context.close();
  } catch {
    // No sound here: the sign on the page says it too.
  }
}

// -- captions: the newest lines; read out only by whose screen reader is to speak over the speaker --

const LINES = 6;
const captions = document.querySelector("[data-captions]");

function caption({ person, language, words }) {
  const lines = captions?.querySelector("[data-captions-lines]");
  if (!lines) return;
  const line = document.createElement("p");
  const who = document.querySelector(`[data-speaker="${CSS.escape(person)}"]`)?.textContent;
  if (who) {
    const name = document.createElement("b");
    name.textContent = who;
    line.append(name, " ");
  }
  const said = document.createElement("span");
  said.lang = language;
  said.textContent = words;
  line.append(said);
  lines.append(line);
  while (lines.children.length > LINES) lines.firstChild.remove();
}

function captionsRun(on) {
  const state = captions?.querySelector("[data-captions-state]");
  if (!state) return;
  state.textContent = on ? state.dataset.on : state.dataset.off;
  state.hidden = on;
}

function switches() {
  const box = document.querySelector("[data-captions-switches]");
  if (!box) return;
  box.hidden = false;
  const [show, read] = box.querySelectorAll("input");
  const apply = () => {
    captions.hidden = !show.checked;
    captions.querySelector("[data-captions-lines]").setAttribute("aria-live", read.checked && show.checked ? "polite" : "off");
  };
  box.addEventListener("change", apply);
  apply();
}

// -- interpretation: the room gives it to whoever chose it; here what is said goes down beneath it ------------

const BENEATH = 0.2; // of their loudness, while an interpreter speaks over them
const SPEAKS = 0.01; // of full loudness: below it a microphone only stands open
const HOLDS = 1500; // milliseconds a pause between two words may last
const meters = new Map();
let listens = null; // whose interpretation
let wish; // what was asked for and is not confirmed yet: the choice on the page, and not what is heard
let spokeAt = -Infinity;
let ears;

/** The choice as it stands, and how loud everybody is by it. */
function channel() {
  const box = document.querySelector("[data-listen]");
  if (box) {
    box.hidden = false;
    const shown = wish === undefined ? listens : wish;
    const chosen = shown && box.querySelector(`[value="${CSS.escape(shown)}"]`);
    (chosen ?? box.querySelector(`[value="original"]`)).checked = true;
  }
  const beneath = listens && performance.now() - spokeAt < HOLDS;
  for (const each of document.querySelectorAll("[data-person] video, audio[data-voice]")) {
    const person = each.dataset.voice ?? each.closest("[data-person]").dataset.person;
    each.volume = beneath && person !== listens ? BENEATH : 1;
  }
}

/** How loud somebody is now, from 0 to 1. */
function loudness(person) {
  const track = arrived.get(`${person}/audio`)?.track;
  if (!track || !window.AudioContext) return 0;
  ears ??= new AudioContext();
  // A browser may put it to sleep, as while somebody is called: then nothing would ever lie beneath.
  if (ears.state === "suspended") ears.resume().catch(() => {});
  if (meters.get(person)?.track !== track) {
    const analyser = new AnalyserNode(ears, { fftSize: 512 });
    ears.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    meters.set(person, { track, analyser });
  }
  const values = new Float32Array(512);
  meters.get(person).analyser.getFloatTimeDomainData(values);
  return Math.max(...values.map(Math.abs));
}

function hearken() {
  if (!listens) return;
  if (loudness(listens) > SPEAKS) spokeAt = performance.now();
  channel();
}

let hands = 0;
function heard(event) {
  switch (event.type) {
    case "track":
      arrived.set(`${event.person}/${event.kind}`, event);
      return play(event);
    case "own": return give(document.querySelector("video[data-own]"), event.track, event.kind);
    case "microphone": own.microphone = event.on && !event.muted; return paint();
    case "camera": own.camera = event.on; return paint();
    case "refused": return refused(event.why);
    case "lost": return say(live.dataset.lost);
    case "back": say(live.dataset.back); return ask();
    case "media": return say(event.connected === null ? "" : event.connected ? live.dataset.remade : event.tries < OFTEN ? live.dataset.remakes : live.dataset.blocked);
    case "device": return say(live.dataset.device);
    case "hands":
      if (event.persons.length > hands && live.dataset.bench) tone();
      hands = event.persons.length;
      return ask();
    case "page":
      return ask().then(() => shown(event.number));
    case "connecting": case "in": return say("");
    case "caption": captionsRun(true); return caption(event);
    case "captions": return captionsRun(event.on);
    case "listens": [listens, wish] = [event.to, undefined]; return channel();
    default: return ask();
  }
}

/** The room counts a page as shown once it really stands on this screen. */
function shown(number) {
  const image = document.querySelector(".court-share__page img");
  if (!image) return room?.pageShown(number);
  if (image.complete && image.naturalWidth) return room?.pageShown(number);
  image.addEventListener("load", () => room?.pageShown(number), { once: true });
}

async function ticket() {
  const answer = await fetch(live.dataset.ticket, { method: "POST", credentials: "same-origin", headers: { "X-CSRF-Token": live.dataset.token }, signal: AbortSignal.timeout(WAITS) });
  if (!answer.ok) throw Object.assign(new Error("no ticket"), { forbidden: [403, 404].includes(answer.status) });
  return answer.json();
}

function goIn() {
  room = enter({ url: live.dataset.room, ticket, microphone: { on: true }, camera: { on: true }, on: heard });
}

if (live?.dataset.now) {
  every(EVERY, ask);
  switches();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mic], [data-camera]");
    if (!button || button.getAttribute("aria-disabled") === "true" || !room) return;
    if ("mic" in button.dataset) room.setMicrophone(!own.microphone);
    else room.setCamera(!own.camera);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.closest("[data-listen]") || !room) return;
    wish = event.target.value === "original" ? null : event.target.value;
    room.listen(wish);
  });
  channel();
  setInterval(hearken, 250);
  goIn();
  document.querySelector("[data-again]")?.addEventListener("click", () => {
    offer(false);
    // The button goes: who is at the keyboard stays where the answer will stand.
    document.querySelector("[data-connection]").focus();
    goIn();
  });
  addEventListener("pagehide", () => room.leave());
} else if (live?.dataset.waiting) {
  every(EVERY, waiting);
}
