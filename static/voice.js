// Speaking into a field where the browser can write down what it hears. The court hears nothing: what the browser wrote
// stands in the field like what was typed, and is sent with the form. Where the browser can do it on the device, it must.
// Markup that wakes it: <textarea data-speak>, and once on the page <template id="speak" data-speak="…" data-stop="…" data-note="…"
// data-failed="…">

const Listener = window.SpeechRecognition ?? window.webkitSpeechRecognition;
const TONGUE = { "zh-Hans": "zh-CN", en: "en-GB" };

export const canListen = Boolean(Listener);

async function isOnDevice(lang) {
  try {
    return (await Listener.available?.({ langs: [lang], processLocally: true })) === "available";
  } catch {
    return false;
  }
}

export function speakInto(area) {
  const words = document.getElementById("speak")?.dataset;
  if (!words) return;
  const { speak, stop: speakStop, note: speakNote, failed: speakFailed } = words;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary court-speak";
  button.textContent = speak;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-controls", area.id);
  // Several such buttons on a page are told apart by the question they belong to.
  const label = area.labels?.[0];
  if (label) {
    button.id = `${area.id}-speak`;
    label.id ||= `${area.id}-label`;
    button.setAttribute("aria-labelledby", `${button.id} ${label.id}`);
  }
  const said = document.createElement("p");
  said.className = "govuk-hint court-speak__said";
  said.setAttribute("role", "status");
  area.after(button, said);

  let listening = null;
  const rest = (words = "") => {
    listening = null;
    button.textContent = speak;
    button.setAttribute("aria-pressed", "false");
    said.textContent = words;
  };
  const write = (heard) => {
    const text = heard.trim();
    if (!text) return;
    const before = area.value;
    const gap = before && !/\s$/.test(before) && !/[\u3000-\u9fff]$/.test(before) ? " " : "";
    area.value = before + gap + text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  button.addEventListener("click", async () => {
    if (listening) { listening.stop(); return; }
    const one = new Listener();
    one.lang = TONGUE[document.documentElement.lang] ?? document.documentElement.lang;
    one.continuous = true;
    one.interimResults = false;
    if (await isOnDevice(one.lang)) one.processLocally = true;
    one.onresult = (event) => {
      for (let at = event.resultIndex; at < event.results.length; at += 1) {
        if (event.results[at].isFinal) write(event.results[at][0].transcript);
      }
    };
    one.onerror = () => rest(speakFailed);
    one.onend = () => { if (listening === one) rest(); };
    try {
      one.start();
    } catch {
      rest(speakFailed);
      return;
    }
    listening = one;
    button.textContent = speakStop;
    button.setAttribute("aria-pressed", "true");
    said.textContent = speakNote;
  });
}
