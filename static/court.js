// Comforts of the pages. Everything here has its plain form or link already.
// Markup that wakes it:
//   <form data-autosave="/drafts/…">           saves what is typed, by POST, two seconds after the last key
//   <… data-saved-line>                        where "Saved" is said
//   <textarea data-count="2000">               counts characters as the court does
//   <time data-left datetime="…" data-…>       words for the time left, refreshed each minute
//   <textarea data-speak>                      a button to speak into it, where the browser can write what it hears
//   <button hidden data-read-aloud="id">        reads a list aloud, where the browser has a voice
//   <form method="post"> with a <textarea>      asks before it is left unsent, where it does not save itself or could not
//   <div role="alert" data-focus>              takes the focus when the page opens
//   <p role="alert" data-offline="…">           says that a form was not sent, for there is no network

import { canListen, speakInto } from "./voice.js";

const SAVE_AFTER = 2000;
const SAVE_WITHIN = 20_000; // for an answer: a phone that changes its network leaves requests that are never answered
const SAVE_AGAIN = 5000;
const KEPT_ALIVE = 60_000; // bytes: a browser takes 64 KiB
const MINUTE = 60_000;

// The court counts code points after folding line ends, and so must this.
const countOf = (text) => [...text.replace(/\r\n?/g, "\n").trim().normalize("NFC")].length;

function fill(sentence, places) {
  // In English one is counted otherwise, "1 day"; after a Chinese number no such word stands.
  const counted = sentence.replace(/%\((\w+)\)s ([a-z]+)s\b/g, (whole, name, noun) => (places[name] == 1 ? `%(${name})s ${noun}` : whole));
  return counted.replace(/%\((\w+)\)s/g, (whole, name) => places[name] ?? whole);
}

function count(area) {
  const most = Number(area.dataset.count);
  const line = document.getElementById(`${area.id}-count`);
  if (!line || !most) return;
  const words = line.querySelector("[data-words]");
  const spoken = line.querySelector("[data-spoken]");
  let timer;
  const say = () => {
    const left = most - countOf(area.value);
    const sentence = left < 0 ? line.dataset.over : line.dataset.left;
    words.textContent = fill(sentence, { count: Math.abs(left).toLocaleString(document.documentElement.lang) });
    line.classList.toggle("court-count--over", left < 0);
    clearTimeout(timer);
    // A screen reader hears it when typing rests, not at every key.
    timer = setTimeout(() => { spoken.textContent = words.textContent; }, 1000);
  };
  area.addEventListener("input", say);
  say();
}

function autosave(form) {
  // Without an address of its own nothing is sent: the page's own address would send the form itself.
  if (!form.dataset.autosave) return;
  const line = form.querySelector("[data-saved-line]") ?? document.querySelector("[data-saved-line]");
  let timer, sending = false, again = false, failed = false, sent = false, last = "";
  const body = () => {
    const data = new FormData(form);
    for (const name of ["add", "remove", "password", "code", "identity_code", "identity_password"]) data.delete(name);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return new URLSearchParams(data);
  };
  const say = (words) => { if (line && words) line.textContent = words; };
  const answers = (data) => { const typed = new URLSearchParams(data); typed.delete("was"); return typed.toString(); };
  async function save() {
    const now = body();
    // What is sent to the court is no draft any more: saved after it, it would stand there as begun and not sent.
    if (sent || answers(now) === last) return;
    if (sending) { again = true; return; }
    sending = true;
    try {
      const reply = await fetch(form.dataset.autosave, {
        method: "POST",
        body: now,
        credentials: "same-origin",
        headers: { "X-CSRF-Token": now.get("csrf_token") ?? "", "X-Autosave": "1", Accept: "application/json" },
        signal: AbortSignal.timeout(SAVE_WITHIN),
        // Of a page that is being left the browser would take the request back; so much it sends all the same.
        keepalive: document.visibilityState === "hidden" && now.toString().length < KEPT_ALIVE,
      }).catch(() => undefined);
      failed = !reply?.ok && reply?.status !== 409;
      if (!reply) {
        // The network is away: what was typed last is saved when it is back, whether or not more is typed.
        say(line?.dataset.failed);
        clearTimeout(timer);
        timer = setTimeout(save, SAVE_AGAIN);
        return;
      }
      const was = reply.headers.get("X-Was");
      if (reply.status === 409 && was !== null) {
        // Saved aside, and shown beside the other text once the page itself is sent.
        last = answers(now);
        say(line?.dataset.overtaken);
        return;
      }
      if (!reply.ok) throw new Error(String(reply.status));
      if (was !== null && form.elements.was) form.elements.was.value = was;
      last = answers(now);
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      say(fill(line?.dataset.saved ?? "", { time }));
    } catch {
      say(line?.dataset.failed);
    } finally {
      sending = false;
      if (again) { again = false; save(); }
    }
  }
  last = answers(body());
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, SAVE_AFTER); });
  form.addEventListener("submit", (event) => { setTimeout(() => { sent = !event.defaultPrevented; }); });
  window.addEventListener("pageshow", () => { sent = false; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  askBefore(form, () => failed && answers(body()) !== last);
}

// What comes back to be put right is not sent either: the form a fault leads to, or any where the faults lead to none.
function cameBack(form) {
  const links = [...document.querySelectorAll(".govuk-error-summary__list a")];
  const forms = links.map((link) => document.getElementById(link.hash.slice(1))?.closest("form")).filter(Boolean);
  return links.length > 0 && (!forms.length || forms.includes(form));
}

// What is typed where nothing saves it (a form outside a case) is not left by a slip of the finger: the browser asks first.
function askBeforeLeaving(form) {
  if (form.method !== "post" || form.dataset.autosave) return;
  const areas = [...form.querySelectorAll("textarea")];
  askBefore(form, () => areas.some((area) => area.value !== (cameBack(form) ? "" : area.defaultValue)));
}

function askBefore(form, isUnsaved) {
  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("pageshow", () => { sent = false; });
  window.addEventListener("beforeunload", (event) => { if (!sent && isUnsaved()) event.preventDefault(); });
}

// The server's clock decides; the page only knows how long it has been open.
function timeLeft(place) {
  const due = Date.parse(place.getAttribute("datetime"));
  const from = Date.parse(place.dataset.now);
  const opened = performance.now();
  if (Number.isNaN(due) || Number.isNaN(from)) return;
  const say = () => {
    const minutes = Math.floor((due - from - (performance.now() - opened)) / MINUTE);
    const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60);
    const sentence = minutes < 0 ? place.dataset.over : days ? place.dataset.days : hours ? place.dataset.hours : place.dataset.minutes;
    place.textContent = fill(sentence, { days, hours, minutes: minutes % 60 });
  };
  say();
  setInterval(say, MINUTE);
}

// Reading aloud with the voice of the browser; without one there is the text alone, and no button.
function readAloud(button) {
  if (!("speechSynthesis" in window)) return;
  const place = document.getElementById(button.dataset.readAloud);
  const start = button.textContent;
  const quiet = () => { speechSynthesis.cancel(); button.textContent = start; button.setAttribute("aria-pressed", "false"); };
  button.hidden = false;
  quiet();
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-pressed") === "true") { quiet(); return; }
    const lines = [...place.querySelectorAll("li > p:not([data-unspoken])")].map((line) => line.textContent.trim()).filter(Boolean);
    button.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    lines.forEach((words, at) => {
      const spoken = new SpeechSynthesisUtterance(words);
      spoken.lang = document.documentElement.lang;
      if (at === lines.length - 1) spoken.onend = quiet;
      speechSynthesis.speak(spoken);
    });
  });
  window.addEventListener("pagehide", quiet);
}

function wake(root) {
  const all = (selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  all("[data-count]").forEach(count);
  all("form[data-autosave]").forEach(autosave);
  all("form:has(textarea)").forEach(askBeforeLeaving);
  all("time[data-left]").forEach(timeLeft);
  if (canListen) all("textarea[data-speak]").forEach(speakInto);
  all("[data-read-aloud]").forEach(readAloud);
}

// Without a network a form is not sent into nothing: it stays as it is, and the page says so.
function stayWithoutNetwork(place) {
  const say = (words) => { place.textContent = words; place.hidden = !words; };
  document.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(place.dataset.offline);
  }, true);
  window.addEventListener("online", () => say(""));
}

// Keeps the page that is shown without a network, and no other (templates/register/service-worker.js).
// Asked for anew an hour after the last time, not with every page.
const keepOfflinePage = () => navigator.serviceWorker.register("/service-worker.js", { updateViaCache: "all" }).catch(() => undefined);

wake(document);
document.querySelectorAll("[data-offline]").forEach(stayWithoutNetwork);
if (navigator.serviceWorker && !document.body.classList.contains("court-kiosk")) window.addEventListener("load", keepOfflinePage);
document.querySelector("[data-focus]")?.focus();
document.body.addEventListener("htmx:load", (event) => { if (event.target !== document.body) wake(event.target); });
