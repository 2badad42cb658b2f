// Improves the form on the upload page: what is chosen is hashed and sent at once, so that it can be resumed.
// "Sent" is said only once the court has acknowledged the whole; a lost network is said, and sending goes on by itself.
// Without this file the form sends the chosen files in one request. All words come from the page.
"use strict";

(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form || !window.tus || !window.Worker || !tus.isSupported) return;

  const inputs = [...form.querySelectorAll("input[type=file]")];
  const together = form.querySelector("input[name=together]");
  const said = document.getElementById("upload-said");
  const network = document.getElementById("upload-network");
  const list = document.getElementById("upload-list");
  const template = document.getElementById("upload-item");
  const submit = form.querySelector("[data-send]");
  const onward = document.querySelector("[data-onward]");
  const words = JSON.parse(document.getElementById("upload-words").textContent);
  const token = form.querySelector("input[name=csrf_token]").value;
  const say = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const percent = (done, all) => (all ? Math.floor((done / all) * 100) : 100);
  const items = [];
  const SMALL = 65536; // bytes
  const AGAIN = 15_000; // ms between two tries while there is no network
  let hashing = Promise.resolve(); // one file at a time: two would only share the same processor
  let pressed = false; // whoever sends has pressed to go on
  let placing = Promise.resolve(); // the court numbers files as they are begun: one begins after the other, in the order chosen

  function hash(item) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(form.dataset.worker);
      const end = (settle, value) => {
        worker.terminate();
        item.stop = null;
        settle(value);
      };
      // A removed file's worker never answers; the next file must not wait for it.
      item.stop = () => end(reject, new Error("removed"));
      worker.onmessage = ({ data }) => {
        if (data.digest) end(resolve, data.digest);
        else if (data.failed) end(reject, new Error(data.failed));
        else show(item, say("hashing", { percent: percent(data.done, item.file.size) }), data.done);
      };
      worker.onerror = (event) => end(reject, new Error(event.message || "worker"));
      worker.postMessage({ file: item.file });
    });
  }

  function show(item, status, done) {
    item.status.textContent = status;
    if (done !== undefined) item.progress.value = item.file.size ? done / item.file.size : 1;
  }

  function buttons(item, ...visible) {
    for (const button of item.element.querySelectorAll("[data-do]")) button.hidden = !visible.includes(button.dataset.do);
  }

  const open = (item) => !item.done && !item.removed && (!item.failed || item.again);

  // Heard by screen readers: few words, and only when something changed.
  function announce() {
    said.textContent = items.length ? say(items.length === 1 ? "count_of_one" : "count", { done: items.filter((item) => item.done).length, all: items.length }) : "";
  }

  function lose(item) {
    item.lost = true;
    show(item, say("lost"));
    if (network.hidden) {
      network.hidden = false;
      network.textContent = say("lost");
    }
  }

  function found(item) {
    item.lost = false;
    if (network.hidden || items.some((each) => each.lost)) return;
    network.hidden = true;
    network.textContent = "";
    said.textContent = say("back");
  }

  function goOn() {
    for (const item of items.filter((each) => each.lost && each.stopped && !each.paused && open(each))) {
      item.stopped = false;
      item.upload.start();
    }
  }

  function add(file, group) {
    const element = template.content.firstElementChild.cloneNode(true);
    const find = (part) => element.querySelector(`[data-part=${part}]`);
    // Sent again after a lost answer, it is the same file to the court, and not a second one.
    const key = `${Date.now()}-${Math.random()}`;
    const item = { file, group, key, element, status: find("status"), progress: find("progress"), digest: find("digest"), result: find("result"), blur: find("blur") };
    find("name").textContent = file.name;
    element.addEventListener("click", (event) => {
      const what = event.target.dataset && event.target.dataset.do;
      if (what) actions[what](item);
    });
    list.append(element);
    items.push(item);
    buttons(item, "remove");
    if (file.size > Number(form.dataset.maxSize)) return fail(item, say("too_large"), false);
    if (file.size === 0) return fail(item, say("empty"), false);
    show(item, say("waiting"), 0);
    hashing = hashing.then(() => prepare(item));
    return refresh();
  }

  async function prepare(item) {
    if (item.removed) return;
    try {
      item.sha256 = await hash(item);
    } catch {
      if (!item.removed) fail(item, say("unreadable"), false);
      return;
    }
    item.digest.textContent = item.sha256;
    item.digest.parentElement.hidden = false;
    show(item, say("hashed"), 0);
    send(item);
  }

  // The digest is part of the key: a file changed since it was begun is another file and starts anew.
  const fingerprint = (item) => () => Promise.resolve(["odr", form.dataset.account, item.sha256, item.file.size, form.dataset.endpoint].join(":"));

  async function send(item) {
    item.turn = false;
    buttons(item, "pause");
    const upload = new tus.Upload(item.file, {
      endpoint: form.dataset.endpoint,
      headers: { "X-CSRF-Token": token, "Idempotency-Key": item.key },
      metadata: { filename: item.file.name, filetype: item.file.type, sha256: item.sha256 },
      fingerprint: fingerprint(item),
      // A small file goes with its creation, in one request. A large one must have its address first: without it a cut loses all.
      uploadDataDuringCreation: item.file.size <= SMALL,
      removeFingerprintOnSuccess: true,
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000],
      onShouldRetry: (error) => {
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
        // 408: it came too slowly, or something between held it up. 423: the request that was cut has not been noticed by the server
        // yet. 503: many files are coming in. 507: the court makes room.
        item.placed();
        if (status === 0) lose(item);
        return [0, 408, 409, 423].includes(status) || status >= 500;
      },
      onProgress: (done, all) => {
        // Bytes handed to a dead network are no progress: only an answer of the court says that it is back.
        if (!item.lost) show(item, say("sending", { percent: percent(done, all) }), done);
      },
      onAfterResponse: (request, response) => {
        found(item);
        item.at = response.getHeader("Date") || item.at;
        item.receipt = response.getHeader("Upload-Receipt") || item.receipt;
        item.state = response.getHeader("Upload-State") || item.state;
      },
      onUploadUrlAvailable: () => {
        if (item.group && !item.group.head) item.group.head = item.upload.url.split("/").pop();
        item.placed();
      },
      onSuccess: () => succeed(item),
      onError: (error) => {
        if (error.originalResponse) return fail(item, explain(error), true);
        lose(item);
        item.stopped = true;
        setTimeout(goOn, AGAIN);
        return undefined;
      },
    });
    item.upload = upload;
    const before = placing;
    placing = new Promise((resolve) => {
      item.placed = resolve;
    });
    const [previous] = await upload.findPreviousUploads();
    if (previous) upload.resumeFromPreviousUpload(previous);
    await before;
    item.turn = true;
    if (item.paused || item.removed) item.placed();
    else {
      if (item.group && item.group.head) upload.options.metadata.part_of = item.group.head;
      upload.start();
    }
  }

  function explain(error) {
    const body = error.originalResponse && error.originalResponse.getBody();
    return body && body.length < 2000 ? body.trim() : say("broken");
  }

  function succeed(item) {
    const at = new Date(item.at || Date.now());
    const time = at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    show(item, say(item.state === "complete" ? "scanning" : "anchored", { time }), item.file.size);
    item.progress.hidden = true;
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = item.upload.url;
    link.textContent = say("open", { name: item.file.name });
    item.result.replaceChildren(link);
    item.done = true;
    if (item.file.type.startsWith("image/") && item.state !== "complete") {
      const onward = form.dataset.next ? `?next=${encodeURIComponent(form.dataset.next)}` : "";
      item.blur.href = `${item.upload.url}${onward}#blur`;
      item.blur.parentElement.hidden = false;
    }
    buttons(item);
    announce();
    refresh();
  }

  function fail(item, message, again) {
    item.failed = true;
    item.again = again;
    if (item.placed) item.placed();
    show(item, message);
    said.textContent = say("refused", { name: item.file.name });
    item.element.classList.add("upload-item--failed");
    buttons(item, ...(again ? ["retry", "remove"] : ["remove"]));
    refresh();
  }

  function refresh() {
    if (!onward || !items.length) return;
    if (items.every((item) => item.done)) {
      // All is here: what comes next stands out and has the focus; or whoever pressed it before goes on now.
      onward.classList.remove("govuk-button--secondary");
      if (pressed) window.location.assign(onward.href);
      else onward.focus();
    } else if (pressed) tell();
  }

  // Pressed while not all is here: whoever left now would lose a file, and some telephones do not even ask. The page goes on by
  // itself once the court has everything; a second press leaves without it.
  function goOnward(event) {
    if (pressed || event.ctrlKey || event.metaKey || event.shiftKey || !items.some(open)) return;
    event.preventDefault();
    pressed = true;
    tell();
  }

  function tell() {
    const underWay = items.some((item) => open(item) && !item.failed && !item.paused);
    said.textContent = say(underWay ? "leaving" : "not_all");
  }

  const actions = {
    pause(item) {
      item.paused = true;
      item.upload.abort();
      item.placed();
      show(item, say("paused"));
      buttons(item, "resume", "remove");
      refresh();
    },
    resume(item) {
      item.paused = false;
      buttons(item, "pause");
      if (item.turn) item.upload.start();
    },
    retry(item) {
      item.failed = false;
      item.element.classList.remove("upload-item--failed");
      send(item);
    },
    remove(item) {
      item.removed = true;
      if (item.stop) item.stop();
      if (item.placed) item.placed();
      if (item.upload && item.upload.url && !item.done) item.upload.abort(true).catch(() => undefined);
      items.splice(items.indexOf(item), 1);
      item.element.remove();
      found(item);
      announce();
      refresh();
      inputs[0].focus();
    },
  };

  const before = form.dataset.partOf ? { head: form.dataset.partOf } : null;
  // Pictures taken one after the other with the box ticked belong to the same thing, too.
  let group = null;
  const take = (input) => {
    pressed = false;
    group = before || (together && together.checked ? group || { head: null } : null);
    for (const file of input.files) add(file, group);
    input.value = "";
    announce();
  };
  for (const input of inputs) input.addEventListener("change", () => take(input));
  if (together) together.addEventListener("change", () => { group = null; });
  form.addEventListener("submit", (event) => event.preventDefault());
  if (onward) onward.addEventListener("click", goOnward);
  submit.hidden = true;
  for (const words_ of document.querySelectorAll("[data-with-script]")) words_.hidden = false;
  window.addEventListener("beforeunload", (event) => {
    if (items.some(open)) event.preventDefault();
  });
  window.addEventListener("offline", () => items.filter((item) => item.upload && open(item)).forEach(lose));
  window.addEventListener("online", goOn);
  // On a slow telephone files may have been chosen before this script came.
  for (const input of inputs) if (input.files.length) take(input);
  refresh();
})();
