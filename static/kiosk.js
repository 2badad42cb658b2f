// A terminal of the court: asks whether somebody is still there, then lets the court end it; reads the page aloud.
// Nothing is kept here. The court counts for itself: without this script it ends at the same time.

const ask = document.querySelector("[data-kiosk-ask]");
const EVERY = 15_000;

if (ask) {
  const left = ask.querySelector("[data-kiosk-left]");
  const asks = Number(ask.dataset.kioskAsk) * 1000;
  const ends = Number(ask.dataset.kioskEnd) * 1000;
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
    if (touched - told >= EVERY) tell();
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
  };

  for (const kind of ["pointerdown", "keydown", "input", "scroll", "touchstart"]) {
    addEventListener(kind, touch, { passive: true, capture: true });
  }
  ask.querySelector("[data-kiosk-stay]").addEventListener("click", stay);
  ask.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  setInterval(look, 1000);
  // A page that comes back from the browser's memory is asked for anew: whoever was here may be gone.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
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
