// Phrases of the record without asking the court again: the button, or a key of the phrase, puts it where the cursor was. What is
// typed stays; nothing is written before the clerk puts it in the record. Without this the form does the same.
const box = document.querySelector("[data-phrases]");
const form = box?.closest("form");
const chosen = form?.querySelector("#phrase");
if (chosen) {
  const field = form.elements[box.dataset.field ?? "words"];
  const status = form.querySelector("[data-phrase-status]");
  // The room has keys for them; the form after a hearing, in which fields come one after the other, has none.
  const keys = form.querySelector("[data-phrase-keys]");
  if (keys) keys.hidden = false;

  const put = () => {
    const phrase = chosen.selectedOptions[0];
    const about = form.querySelector("#about").selectedOptions[0];
    const kind = about?.dataset.kind ?? "";
    const wanted = phrase.dataset.about;
    status.textContent = "";
    if (wanted !== "nobody" && !kind) return refuse(status.dataset.choose);
    if (["witness", "party"].includes(wanted) && kind !== wanted) return refuse(status.dataset[wanted]);
    const words = phrase.dataset.words.replaceAll("{person}", about?.dataset.name ?? "");
    const [from, to] = [field.selectionStart, field.selectionEnd];
    const before = field.value.slice(0, from);
    const line = before && !before.endsWith("\n") ? "\n" : "";
    field.setRangeText(line + words, from, to, "end");
    field.rows = Math.max(field.rows, 5);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  const refuse = (why) => {
    status.textContent = why;
    form.querySelector("#about").focus();
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "phrase") return;
    event.preventDefault();
    put();
  });
  document.addEventListener("keydown", (event) => {
    if (!keys?.querySelector("input").checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || !/^[1-9]$/.test(event.key)) return;
    const option = chosen.options[Number(event.key) - 1];
    if (!option) return;
    event.preventDefault();
    chosen.value = option.value;
    put();
  });
}
