// A paper at a terminal: the button prints once every sheet is there. The paper is drawn by the court; nothing is kept here.

const button = document.querySelector("[data-kiosk-print]");
if (button) {
  const sheets = [...document.querySelectorAll("[data-kiosk-sheet]")];
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    await Promise.all(sheets.map((sheet) => sheet.decode().catch(() => undefined)));
    button.disabled = false;
    print();
  });
}
