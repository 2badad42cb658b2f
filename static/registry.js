// Keys for the registry's pages: 60 claims a day without a mouse. Everything here has its link, box or button already.
// The page lists its keys in [data-keys]; a key that is not listed there does nothing. Single keys can be turned off
// (WCAG 2.1.4), never work while somebody writes, and never with Ctrl, Alt or Meta, so none of a screen reader's is taken.

const panel = document.querySelector("[data-keys]");
const KEPT = "registry-keys";
const WRITES = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=submit], [type=button])";

// Storage can be forbidden; the keys then work until the page is left.
const kept = { read: () => { try { return localStorage.getItem(KEPT); } catch { return null; } },
               write: (value) => { try { localStorage.setItem(KEPT, value); } catch { /* not kept */ } } };

function start() {
  const known = new Map([...panel.querySelectorAll("[data-does]")].map((item) => [item.dataset.key, item.dataset.does]));
  const box = panel.querySelector("[data-keys-on]"), details = panel.querySelector("details");
  const rows = () => [...document.querySelectorAll("[data-row]")];

  const move = (by) => {
    const all = rows();
    const here = all.indexOf(document.activeElement);
    const current = all.findIndex((row) => row.closest("[aria-current]"));
    const from = here >= 0 ? here : current >= 0 ? current : by > 0 ? -1 : all.length;
    all[Math.min(Math.max(from + by, 0), all.length - 1)]?.focus();
  };
  const open = (link) => { if (link) location.assign(link.href); };
  const choose = (id) => {
    const radio = document.getElementById(id);
    if (!radio || radio.disabled) return;
    radio.checked = true;
    radio.focus();
  };
  const tick = (number) => {
    const defect = document.getElementById(`defect-${number - 1}`);
    if (!defect) return;
    defect.click();
    defect.focus();
  };
  const help = () => {
    details.open = !details.open;
    (details.open ? details.querySelector("summary") : document.getElementById("main"))?.focus();
  };
  const does = {
    next: () => move(1),
    previous: () => move(-1),
    "open-next": () => open(rows().find((row) => row.href && !row.closest("[aria-current]"))),
    queue: () => open(document.querySelector("[data-to-queue]")),
    exhibits: () => open(document.querySelector("[data-to-exhibits]")),
    accept: () => choose("d-accept"),
    return: () => choose("d-return"),
    refuse: () => choose("d-refuse"),
    help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      const form = document.getElementById("decision")?.closest("form");
      if (event.key === "Enter" && known.has("Ctrl+Enter") && form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape" && details.open && panel.contains(document.activeElement)) { details.open = false; details.querySelector("summary").focus(); return; }
    if (!box.checked || event.repeat && !"jk".includes(event.key) || event.target.closest?.(WRITES)) return;
    if (/^[1-9]$/.test(event.key) && known.has("1–9")) { event.preventDefault(); tick(Number(event.key)); return; }
    const act = does[known.get(event.key)];
    if (act) { event.preventDefault(); act(); }
  });

  box.checked = kept.read() !== "off";
  box.addEventListener("change", () => kept.write(box.checked ? "on" : "off"));
  panel.hidden = false;
}

if (panel) start();
