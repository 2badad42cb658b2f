// The room of one side, or of the judges: the same way into the media room as the hearing, by another ticket.
import { enter, WAITS } from "./room.js";

const root = document.getElementById("alone");
const names = JSON.parse(root.dataset.names);
const part = (name) => root.querySelector(`[data-part=${name}]`);
const tiles = new Map();
let me = null;

function tile(person) {
  if (tiles.has(person)) return tiles.get(person);
  const element = document.createElement("li");
  element.className = "court-tile";
  element.dataset.person = person;
  const film = document.createElement("video");
  Object.assign(film, { autoplay: true, playsInline: true, muted: person === me });
  film.srcObject = new MediaStream();
  const figure = document.createElement("figure");
  const media = document.createElement("div");
  media.className = "court-tile__media";
  const caption = document.createElement("figcaption");
  caption.append(Object.assign(document.createElement("b"), { textContent: person === me ? root.dataset.you : (names[person] ?? "") }));
  media.append(film);
  figure.append(media, caption);
  element.append(figure);
  part("tiles").append(element);
  tiles.set(person, { element, film });
  return tiles.get(person);
}

function give(person, kind, track) {
  const { film } = tile(person);
  for (const each of film.srcObject.getTracks()) if (each.kind === kind) film.srcObject.removeTrack(each);
  if (track) film.srcObject.addTrack(track);
  film.play().catch(() => {});
}

const IN_VAIN = new Set(["expired", "not_open", "no_ticket", "no_room"]); // tried several times: not this browser is what is wrong
const OFTEN = 3; // times that sound and picture were connected anew in vain: the network may let none through
const again = root.querySelector("[data-again]");
const say = (what) => (part("state").textContent = part("state").dataset[what]);

function heard(event) {
  switch (event.type) {
    case "in":
      me = event.person;
      tile(me);
      return say("in");
    case "people": {
      const here = new Set((event.people ?? []).filter((each) => each.present).map((each) => each.person).concat(me));
      for (const [person, { element }] of tiles) if (!here.has(person)) tiles.delete(person) && element.remove();
      for (const person of here) tile(person);
      return;
    }
    case "track":
      return event.track ? give(event.person, event.kind, event.track) : tiles.has(event.person) && give(event.person, event.kind, null);
    case "own":
      return me && give(me, event.kind, event.kind === "video" ? event.track : null);
    case "microphone":
    case "camera": {
      const button = root.querySelector(`[data-kind=${event.type}]`);
      button.textContent = event.on ? button.dataset.on : button.dataset.off;
      button.dataset.state = event.on ? "on" : "off";
      return;
    }
    case "lost":
      return say("lost");
    case "back":
      return say("in");
    case "media":
      return say(event.connected !== false ? "in" : event.tries < OFTEN ? "remakes" : "blocked");
    case "device":
      return say("device");
    case "refused":
      again.hidden = false;
      return say(IN_VAIN.has(event.why) ? "unreached" : "refused");
    case "removed":
      return say("refused");
    case "closed":
      return location.reload();
  }
}

async function ticket() {
  const answer = await fetch(root.dataset.ticket, { method: "POST", credentials: "same-origin", headers: { "X-CSRF-Token": root.dataset.token }, signal: AbortSignal.timeout(WAITS) });
  if (!answer.ok) throw Object.assign(new Error("no ticket"), { forbidden: [403, 404].includes(answer.status) });
  return answer.json();
}

let room;
function goIn() {
  room = enter({ url: root.dataset.room, ticket, microphone: { on: true }, camera: { on: true }, on: heard });
}

goIn();
again.addEventListener("click", () => {
  again.hidden = true;
  // The button goes: who is at the keyboard stays where the answer will stand.
  part("state").focus();
  say("enters");
  goIn();
});
for (const button of root.querySelectorAll("[data-kind]")) {
  button.addEventListener("click", () => {
    const on = button.dataset.state !== "on";
    if (button.dataset.kind === "microphone") room.setMicrophone(on);
    else room.setCamera(on);
  });
}
addEventListener("pagehide", () => room.leave());
setInterval(async () => {
  const answer = await fetch(root.dataset.now, { credentials: "same-origin", signal: AbortSignal.timeout(WAITS) }).catch(() => null);
  if (!answer?.ok) return;
  const said = await answer.json();
  if (said.stays) return;
  room.leave();
  location.assign(said.back);
}, 2_000);
