// A terminal of the court: asks whether somebody is still there, then lets the court end it; reads the page aloud.
// Nothing is kept here. The court counts for itself: without this script it ends at the same time.

const ask = document.querySelector("[data-kiosk-ask]");

if (ask) {
  const left = ask.querySelector("[data-kiosk-left]");
  const asks = Number(ask.dataset.kioskAsk) * 1000;
  const ends = Number(ask.dataset.kioskEnd) * 1000;
  const every = Number(ask.dataset.kioskEvery) * 1000;
  // What the court waits for by itself; where the page waits longer, as in a hearing, it says in between that somebody is there.
  const often = 30_000;
  let touched = Date.now();
  let told = Date.now();

  const leave = () => location.replace(ask.dataset.kioskEnded);
  const tell = async () => {
    told = Date.now();
    const answer = await fetch(ask.dataset.kioskHere, { method: "POST" }).catch(() => undefined);
    if (answer && answer.status === 409) leave();
  };
  const touch = () => {
    if (ask.open) return;
    touched = Date.now();
    if (touched - told >= every) tell();
  };
  const stay = () => {
    ask.close();
    touched = Date.now();
    tell();
  };
  const look = () => {
    const idle = Date.now() - touched;
    if (idle >= asks + ends) leave();
    else if (idle >= asks) {
      if (!ask.open) ask.showModal();
      left.textContent = String(Math.ceil((asks + ends - idle) / 1000));
    }
    if (asks > 2 * often && idle < asks && Date.now() - told >= often) tell();
  };

  for (const kind of ["pointerdown", "keydown", "input", "scroll", "touchstart"]) {
    addEventListener(kind, touch, { passive: true, capture: true });
  }
  ask.querySelector("[data-kiosk-stay]").addEventListener("click", stay);
  ask.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  setInterval(look, 1000);
  // A page that comes back from the browser's memory is asked for anew: whoever was here may be gone.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  // A question of the browser (leave this page?) would stop the clock here, with somebody's words on the screen.
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
  // What the browser remembers of fields it would offer to the next person.
  for (const one of document.querySelectorAll("form, input, select, textarea")) one.setAttribute("autocomplete", "off");
}

const read = document.querySelector("[data-kiosk-read]");
if (read && "speechSynthesis" in window && "SpeechSynthesisUtterance" in window) {
  read.addEventListener("click", (event) => {
    // Where the terminal has no voice of its own, the link leads to a person who reads.
    if (speechSynthesis.getVoices().length === 0) return;
    event.preventDefault();
    speechSynthesis.cancel();
    const words = new SpeechSynthesisUtterance(document.querySelector("main").innerText);
    words.lang = document.documentElement.lang === "en" ? "en" : "zh-CN";
    speechSynthesis.speak(words);
  });
}
