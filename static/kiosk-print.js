// A paper at a terminal: the button prints once every sheet is there, and none where one is missing. The paper is drawn by the court,
// a sheet after the other; nothing is kept here.

const button = document.querySelector("[data-kiosk-print]");
if (button) {
  const sheets = [...document.querySelectorAll("[data-kiosk-sheet]")];
  const missing = document.querySelector("[data-kiosk-missing]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      for (const sheet of sheets) {
        sheet.loading = "eager";
        await sheet.decode();
      }
      print();
    } catch {
      missing.hidden = false;
      missing.focus();
    }
    button.disabled = false;
  });
}
