// Checks a file against its receipt on the reader's own device. Nothing is sent but the request for the log's public keys.
const box = document.getElementById("check-files");
const enc = new TextEncoder();
const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const from64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const join = (...parts) => {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { all.set(p, at); at += p.length; }
  return all;
};
const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);

// RFC 9162, 2.1.3.2: from a leaf's hash and its path to the root of a tree of `size`.
async function rootFrom(leaf, index, size, path) {
  if (index >= size) return null;
  let node = await sha256(join([0], leaf)), fn = BigInt(index), sn = BigInt(size - 1);
  for (const sibling of path) {
    if (sn === 0n) return null;
    if (fn & 1n || fn === sn) {
      node = await sha256(join([1], sibling, node));
      while (!(fn & 1n) && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
    } else node = await sha256(join([1], node, sibling));
    fn >>= 1n; sn >>= 1n;
  }
  return sn === 0n ? node : null;
}

function parseProof(text) {
  const [head, ...rest] = text.split("\n\n");
  const lines = head.split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") return null;
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? "");
  const note = rest.join("\n\n");
  const [body, signatures] = note.split("\n\n");
  const [origin, size, root] = body.split("\n");
  if (!index || !/^(0|[1-9]\d*)$/.test(size ?? "")) return null;
  return { index: Number(index[1]), path: lines.filter(Boolean).map(from64), body: body + "\n", origin, size: Number(size), root: from64(root), signatures: (signatures ?? "").split("\n").filter(Boolean) };
}

async function isSigned(proof, vkeys) {
  for (const vkey of vkeys) {
    const match = /^(.*)\+([0-9a-f]{8})\+(.+)$/.exec(vkey.trim());
    if (!match || match[1] !== proof.origin) continue;
    const key = from64(match[3]);
    for (const line of proof.signatures) {
      const [, name, value] = /^— (\S+) (\S+)$/.exec(line) ?? [];
      if (name !== proof.origin) continue;
      const signed = from64(value);
      if (hex(signed.slice(0, 4)) !== match[2] || key[0] !== 1) continue;
      const imported = await crypto.subtle.importKey("raw", key.slice(1), "Ed25519", false, ["verify"]);
      return crypto.subtle.verify("Ed25519", imported, signed.slice(4), enc.encode(proof.body));
    }
  }
  return false;
}

function show(good, title, steps) {
  const out = document.getElementById("check-result");
  const section = document.createElement("section");
  section.className = "court-badge court-result " + (good ? "court-badge--proof" : "court-badge--source");
  const strong = document.createElement("strong");
  strong.textContent = title;
  const list = document.createElement("ol");
  list.className = "govuk-list govuk-list--number";
  for (const [ok, words] of steps) {
    const item = document.createElement("li");
    item.textContent = (ok === null ? "– " : ok ? "✓ " : "✗ ") + words;
    list.append(item);
  }
  const limit = document.createElement("p");
  limit.textContent = box.dataset.wLimit;
  section.append(strong, list, limit);
  out.replaceChildren(section);
}

async function run() {
  const file = document.getElementById("check-file").files[0];
  const parts = [...document.getElementById("check-receipt").files];
  if (!file) return;
  const digest = hex(await sha256(new Uint8Array(await file.arrayBuffer())));
  if (!parts.length) { location.href = `${box.dataset.published}?digest=${digest}`; return; }
  const find = (end) => parts.find((p) => p.name.endsWith(end));
  const read = async (p) => (p ? new Uint8Array(await p.arrayBuffer()) : null);
  const json = await read(find("receipt.json")), leaf = await read(find("receipt.leaf")), proofFile = await read(find(".tlog-proof"));
  const w = box.dataset, steps = [];
  try {
    const receipt = JSON.parse(new TextDecoder().decode(json));
    const fits = receipt.sha256 === digest && receipt.size === file.size;
    steps.push([fits, w.wFits]);
    const line = `SHA256 (receipt.json) = ${hex(await sha256(json))}\n`;
    const leafFits = same(enc.encode(line), leaf);
    steps.push([leafFits, w.wLeaf]);
    const proof = parseProof(new TextDecoder().decode(proofFile));
    const root = proof && (await rootFrom(leaf, proof.index, proof.size, proof.path));
    const included = Boolean(root) && same(root, proof.root);
    steps.push([included, w.wIncluded]);
    let signed = null;
    try { signed = await isSigned(proof, (await (await fetch(w.keys)).text()).split("\n").filter(Boolean)); } catch { signed = null; }
    steps.push([signed, signed === null ? w.wNosign : w.wSigned]);
    if (!fits) show(false, w.wChanged, steps);
    else if (leafFits && included && signed !== false) show(true, `${w.wUnchanged}: ${receipt.received_at}`, steps);
    else show(false, w.wBroken, steps);
  } catch { show(false, w.wBroken, steps); }
}

if (box) {
  box.hidden = false;
  document.getElementById("check-run").addEventListener("click", run);
}
