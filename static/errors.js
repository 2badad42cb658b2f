// Tells the court that a script of ours failed: which file, which line, which kind of error, on which route. Nothing
// else leaves the page: no message (it may quote what was typed), no address, no cookie. At most three a page.
let left = 3;

function tell(kind, error, file, line) {
  if (left-- <= 0) return;
  const report = {
    kind,
    error: String(error?.constructor?.name ?? ""),
    file: file ? new URL(file, location.origin).pathname : "",
    line: Number(line) || 0,
    route: document.documentElement.dataset.route ?? "",
  };
  fetch("/browser-errors", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(report),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    keepalive: true,
  }).catch(() => {});
}

// An extension of the browser fails in its own files: that is not ours to know.
const isOurs = (file) => !file || file.startsWith(`${location.origin}/static/`);

addEventListener("error", (event) => {
  if (event.target !== window && event.target?.tagName !== undefined) return;
  if (event.filename && isOurs(event.filename)) tell("script", event.error, event.filename, event.lineno);
});
addEventListener("unhandledrejection", (event) => {
  const place = /(\/static\/[\w./-]+\.js)(?:\?[^:)\s]*)?:(\d+)/.exec(event.reason?.stack ?? "");
  if (place) tell("promise", event.reason, place[1], place[2]);
});
