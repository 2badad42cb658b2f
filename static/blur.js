// Makes a copy of a picture in which something is blurred or cut away; the original stays as it is at the court.
// Without this file a copy made elsewhere is sent by the plain form. All words come from the page.
"use strict";

(() => {
  const form = document.querySelector("form[data-blur]");
  if (!form || !window.createImageBitmap) return;

  const words = JSON.parse(document.getElementById("blur-words").textContent);
  const tool = form.querySelector("[data-tool]");
  const plain = form.querySelector("[data-plain]");
  const said = form.querySelector("[data-said]");
  const shown = form.querySelector("canvas");
  const button = (name) => form.querySelector(`[data-do=${name}]`);
  const MOST = 16_000_000; // pixels that a telephone's browser still draws
  const BLOCKS = 6; // along the longer side of what is blurred: too few for anybody to read letters back out of them
  const past = [];
  let work = null; // the copy as it will be sent
  let frame = null; // {x, y, w, h} in pixels of the copy
  let from = null; // where a finger or the mouse began

  const say = (word) => { said.textContent = words[word]; };

  function canvasOf(width, height) {
    const made = document.createElement("canvas");
    made.width = Math.max(1, Math.round(width));
    made.height = Math.max(1, Math.round(height));
    return made;
  }

  async function picture() {
    for (const address of [form.dataset.blur, form.dataset.preview]) {
      try {
        const reply = await fetch(address, { credentials: "same-origin" });
        if (reply.ok) return await createImageBitmap(new Blob([await reply.arrayBuffer()]));
      } catch { /* a kind of picture that this browser does not know: the court's preview is the next try */ }
    }
    return null;
  }

  function draw() {
    shown.width = work.width;
    shown.height = work.height;
    const pen = shown.getContext("2d");
    pen.drawImage(work, 0, 0);
    const line = Math.max(2, Math.round(work.width / 250));
    // Dark and light: seen on every picture.
    for (const [colour, dash] of [["#ffffff", []], ["#0b0c0c", [line * 4, line * 3]]]) {
      pen.lineWidth = line;
      pen.strokeStyle = colour;
      pen.setLineDash(dash);
      pen.strokeRect(frame.x + line / 2, frame.y + line / 2, Math.max(1, frame.w - line), Math.max(1, frame.h - line));
    }
    button("undo").disabled = button("send").disabled = past.length === 0;
  }

  function within(wanted) {
    const w = Math.min(work.width, Math.max(8, wanted.w)), h = Math.min(work.height, Math.max(8, wanted.h));
    return { x: Math.min(work.width - w, Math.max(0, wanted.x)), y: Math.min(work.height - h, Math.max(0, wanted.y)), w, h };
  }

  const middle = () => within({ x: work.width / 4, y: work.height / 3, w: work.width / 2, h: Math.min(work.height / 6, work.width / 4) });

  function change(make) {
    past.push(work);
    work = make(work);
  }

  const actions = {
    blur() {
      change((before) => {
        const after = canvasOf(before.width, before.height), pen = after.getContext("2d");
        pen.drawImage(before, 0, 0);
        const scale = BLOCKS / Math.max(frame.w, frame.h);
        const small = canvasOf(frame.w * scale, frame.h * scale), point = small.getContext("2d");
        point.imageSmoothingQuality = "high";
        point.drawImage(before, frame.x, frame.y, frame.w, frame.h, 0, 0, small.width, small.height);
        pen.imageSmoothingEnabled = false;
        pen.drawImage(small, frame.x, frame.y, frame.w, frame.h);
        return after;
      });
      say("blurred");
    },
    cut() {
      change((before) => {
        const after = canvasOf(frame.w, frame.h);
        after.getContext("2d").drawImage(before, frame.x, frame.y, frame.w, frame.h, 0, 0, after.width, after.height);
        return after;
      });
      frame = middle();
      say("cut");
    },
    undo() {
      work = past.pop();
      frame = within(frame);
      say("undone");
      shown.focus();
    },
    async send() {
      say("sending");
      button("send").disabled = true;
      try {
        const blob = await new Promise((resolve) => { work.toBlob(resolve, "image/png"); });
        const data = new FormData();
        // The token goes first: it is read before the file.
        data.append("csrf_token", form.elements.csrf_token.value);
        data.append("file", blob, "copy.png");
        const reply = await fetch(form.action, { method: "POST", body: data, credentials: "same-origin" });
        if (!reply.ok) throw new Error(String(reply.status));
        past.length = 0;
        location.assign(reply.url);
        if (new URL(reply.url).pathname === location.pathname) location.reload();
      } catch {
        say("broken");
        button("send").disabled = false;
      }
    },
  };

  const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  shown.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    const step = Math.max(4, Math.round(work.width / 50)), [x, y] = move.map((each) => each * step);
    frame = within(event.shiftKey ? { ...frame, w: frame.w + x, h: frame.h + y } : { ...frame, x: frame.x + x, y: frame.y + y });
    draw();
  });

  const at = (event) => {
    const box = shown.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * work.width, y: ((event.clientY - box.top) / box.height) * work.height };
  };
  shown.addEventListener("pointerdown", (event) => {
    from = at(event);
    shown.setPointerCapture(event.pointerId);
  });
  shown.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = at(event);
    frame = within({ x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), w: Math.abs(to.x - from.x), h: Math.abs(to.y - from.y) });
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) shown.addEventListener(end, () => { from = null; });

  tool.addEventListener("click", (event) => {
    const what = event.target.closest("[data-do]")?.dataset.do;
    if (!what) return;
    actions[what]();
    if (what !== "send") draw();
  });
  window.addEventListener("beforeunload", (event) => { if (past.length) event.preventDefault(); });

  picture().then((image) => {
    tool.hidden = false;
    if (!image) {
      tool.querySelectorAll(":scope > *").forEach((each) => { each.hidden = each !== said; });
      return say("unreadable");
    }
    const scale = Math.min(1, Math.sqrt(MOST / (image.width * image.height)));
    work = canvasOf(image.width * scale, image.height * scale);
    work.getContext("2d").drawImage(image, 0, 0, work.width, work.height);
    frame = middle();
    plain.hidden = true;
    draw();
    return undefined;
  });
})();
