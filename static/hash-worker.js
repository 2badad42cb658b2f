// Hashes one file in the sender's browser, piece by piece, before anything is sent.
// In: {file}. Out: {done: bytes} while it works, then {digest: hex}, or {failed: message}.
"use strict";

importScripts("../static/vendor/hash-wasm/sha256.umd.min.js");

const STEP = 4 * 1024 * 1024; // bytes between two reports of progress

self.onmessage = async (event) => {
  try {
    const hasher = await self.hashwasm.createSHA256();
    const reader = event.data.file.stream().getReader();
    let done = 0;
    let reported = 0;
    for (;;) {
      const piece = await reader.read();
      if (piece.done) break;
      hasher.update(piece.value);
      done += piece.value.length;
      if (done - reported >= STEP) {
        reported = done;
        self.postMessage({ done });
      }
    }
    // A file that was changed while it was read gives a digest of nothing that ever existed.
    if (done !== event.data.file.size) throw new Error("the file changed while it was read");
    self.postMessage({ digest: hasher.digest("hex") });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
