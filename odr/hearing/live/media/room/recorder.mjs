// The recorder: what arrived of each person and was admitted, as it came (RTP), on disk, bound by a chain of digests.
//
// A segment is a folder: `chain`, one link a line, and `<person>.rtp` for each person. Each link names the digest of the
// line before it, the time, and from where to where each person's file was written, with the digest of these bytes. First
// the bytes are on the disk, then the link that speaks of them; so what a link covers was synced. verify.py reads this.
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { constants, createReadStream, fstatSync, statSync, writeSync } from "node:fs";
import { mkdir, open, readdir, readFile, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";

export const AUDIO = 0;
export const VIDEO = 1;
export const AUDIO_REPORT = 2;
export const VIDEO_REPORT = 3;
const PLAIN = Buffer.from("ODRRTP1\n");
const SEALED = Buffer.from("ODRSEAL\n");
const NOTHING = "0".repeat(64);
const EACH = 1_000; // milliseconds between two links
const TOO_MUCH = 64 * 2 ** 20; // bytes waiting for a disk that does not take them

const digest = (data) => createHash("sha256").update(data).digest("hex");

/** One link, always the same bytes for the same content. */
function line(link) {
  const sorted = (value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
      : value;
  return Buffer.from(`${JSON.stringify(sorted(link))}\n`);
}

async function syncFolder(path) {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** A file that is still the one it was opened as; else what is written to it is lost with nobody noticing. */
function stillThere(handle, path) {
  const [held, seen] = [fstatSync(handle.fd), statSync(path)];
  if (held.ino !== seen.ino || held.dev !== seen.dev) throw new Error(`another file stands at ${path}`);
}

/** Into the system's memory at once; what may take long, and is waited for beside everything else, is the sync. */
function put(handle, data) {
  for (let done = 0; done < data.length; ) done += writeSync(handle.fd, data, done);
}

class Stream {
  waiting = [];
  bytes = 0; // written
  blocks = 0;
  whole = createHash("sha256");

  constructor(handle, path, seal) {
    Object.assign(this, { handle, path, seal });
    this.waiting.push(seal ? SEALED : PLAIN);
    this.headed = false;
  }

  /** What waits, as it goes to the disk: as it is, or as one sealed block. */
  taken() {
    const parts = this.waiting;
    this.waiting = [];
    if (!this.seal) return Buffer.concat(parts);
    const head = this.headed ? [] : [parts.shift()];
    this.headed = true;
    const plain = Buffer.concat(parts);
    if (!plain.length) return Buffer.concat(head);
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.seal.key, nonce);
    cipher.setAAD(Buffer.from(`${this.seal.name}/${this.blocks++}`));
    const body = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(body.length);
    return Buffer.concat([...head, length, body]);
  }
}

export class Recorder {
  streams = new Map();
  marks = [];
  link = 0;
  head = NOTHING;
  bytes = 0;
  waitingBytes = 0;
  synced = null;
  fault = null;
  running = null;
  step = "waiting"; // what the recorder is at: said when it stops
  #ending = null;

  /** `onFault(error)` is called once, when it stops by itself; `onMinute()` each minute. */
  constructor({ root, hearing, segment, key, previous, gap, patience, onFault, onMinute }) {
    // Without a synced link for longer than its patience, the recorder counts as failed.
    Object.assign(this, { hearing, segment, key, previous, gap, patience, onFault, onMinute });
    this.folder = join(root, hearing, String(segment).padStart(4, "0"));
    this.parent = join(root, hearing);
  }

  get sealed() {
    return this.key !== undefined;
  }

  async begin() {
    await mkdir(this.parent, { recursive: true, mode: 0o750 });
    await mkdir(this.folder, { mode: 0o750 }); // a segment is begun once
    const now = Date.now();
    this.began = now;
    try {
      await this.#first(now);
    } catch (error) {
      await this.chain?.close().catch(() => {});
      this.key = undefined;
      // Of what was not begun nothing stays, else the chain would break there; if the disk refuses this too, it goes when it is found.
      await takenAway(this.folder).catch(() => {});
      throw error;
    }
    this.running = now;
    this.#loop();
    this.watched = Date.now();
    this.watch = setInterval(() => this.#watch(), 500);
  }

  async #first(now) {
    this.chain = await open(join(this.folder, "chain"), "ax", 0o640);
    this.head = this.previous ?? NOTHING;
    await this.#append({
      kind: "begin", hearing: this.hearing, segment: this.segment, at: now, sealed: this.sealed, ...(this.gap ? { gap: this.gap } : {}),
    });
    await syncFolder(this.folder);
    await syncFolder(this.parent);
  }

  get ms() {
    return Date.now() - this.began;
  }

  /** One packet of a person, as it came. */
  write(person, kind, data) {
    if (!this.running || this.fault) return;
    let stream = this.streams.get(person);
    if (!stream) this.streams.set(person, (stream = new Stream(null, join(this.folder, `${person}.rtp`), this.#seal(person))));
    const head = Buffer.alloc(7);
    head.writeUInt32BE(this.ms, 0);
    head.writeUInt8(kind, 4);
    head.writeUInt16BE(data.length, 5);
    stream.waiting.push(head, data);
    this.waitingBytes += data.length + 7;
    if (this.waitingBytes > TOO_MUCH) this.#fail(new Error("the disk does not take what arrives"));
  }

  /** What the court ordered or the room did, at its place in the recording. */
  mark(what) {
    if (this.running && !this.fault) this.marks.push({ ms: this.ms, ...what });
  }

  /** Ends the segment; gives its last link and the digest of it. The link says `why`, where nobody ordered it. */
  stop(why) {
    // The room may be told to stop while it ends a piece: there is one last link, whoever asks for it.
    return (this.#ending ??= this.#end(why));
  }

  async #end(why) {
    if (!this.running) return this.closing;
    try {
      await this.#quiet();
      await this.#flush(false);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    const streams = {};
    for (const [person, stream] of this.streams) streams[person] = { bytes: stream.bytes, sha256: stream.whole.copy().digest("hex") };
    const text = await this.#append({ kind: "end", at: Date.now(), ms: this.ms, links: this.link + 1, streams, ...(why ? { why } : {}) });
    await this.#closeFiles();
    this.closing = { closing: text.toString("utf8").trimEnd(), head: this.head, ended: this.segment };
    return this.closing;
  }

  #seal(person) {
    return this.key && { key: this.key, name: `${this.hearing}/${this.segment}/${person}` };
  }

  async #loop() {
    let minute = Date.now();
    while (this.running && !this.fault) {
      await new Promise((done) => (this.wake = setTimeout(done, EACH)));
      if (!this.running || this.fault || this.stopping) return;
      this.flushing = this.#flush(true).catch((error) => this.#fail(error));
      await this.flushing;
      if (!this.fault && Date.now() - minute >= 60_000) {
        minute += 60_000;
        this.onMinute();
      }
    }
  }

  async #flush(inTime) {
    const streams = {};
    this.waitingBytes = 0;
    // Side by side: a disk that is slow to sync is waited for once, not once a person.
    await Promise.all([...this.streams].map(async ([person, stream]) => {
      const part = await this.#write(stream);
      if (part) streams[person] = part;
    }));
    const marks = this.marks;
    this.marks = [];
    stillThere(this.chain, join(this.folder, "chain"));
    if (inTime && this.fault) return;
    await this.#append({ kind: "data", at: Date.now(), ms: this.ms, streams, ...(marks.length ? { marks } : {}) });
  }

  /** What waits of one stream, on the disk; what a link says of it. */
  async #write(stream) {
    if (!stream.waiting.length) return null;
    if (!stream.handle) {
      stream.handle = await open(stream.path, "ax", 0o640);
      await syncFolder(this.folder);
    }
    stillThere(stream.handle, stream.path);
    const data = stream.taken();
    if (!data.length) return null;
    this.step = "writing";
    put(stream.handle, data);
    this.step = "syncing";
    await stream.handle.datasync();
    const part = { from: stream.bytes, length: data.length, sha256: digest(data) };
    stream.bytes += data.length;
    stream.whole.update(data);
    this.bytes += data.length;
    return part;
  }

  async #append(link) {
    this.step = "linking";
    const text = line({ ...link, n: this.link, prev: this.head });
    put(this.chain, text);
    await this.chain.datasync();
    this.link += 1;
    this.head = digest(text.subarray(0, -1));
    this.step = "waiting";
    this.synced = Date.now();
    return text;
  }

  #watch() {
    // A process that itself stood still has not heard yet what the disk did meanwhile: that is looked at the next time.
    const now = Date.now();
    const stood = now - this.watched > 1_500;
    this.watched = now;
    if (!stood && this.running && now - this.synced > this.patience) {
      this.#fail(new Error(`nothing reached the disk for ${Math.round((now - this.synced) / 1000)} seconds (${this.step})`));
    }
  }

  #fail(error) {
    if (this.fault) return;
    this.fault = error.code ? `${error.code}: ${error.message}` : error.message;
    this.running = null;
    clearInterval(this.watch);
    clearTimeout(this.wake);
    this.key = undefined;
    this.#closeFiles().catch(() => {});
    this.onFault(error);
  }

  async #quiet() {
    this.stopping = true;
    clearTimeout(this.wake);
    await this.flushing;
    if (this.fault) throw new Error(this.fault);
  }

  async #closeFiles() {
    clearInterval(this.watch);
    this.running = null;
    this.key = undefined;
    for (const stream of this.streams.values()) {
      stream.seal = undefined;
      await stream.handle?.close();
    }
    await this.chain?.close();
  }
}

/** The folder of a piece in which nothing was recorded: no file of anybody, and a chain without a first link, if any. */
async function takenAway(folder) {
  await unlink(join(folder, "chain")).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rmdir(folder);
}

/** Links of a chain that are whole and follow each other; `torn` bytes after them belong to none. */
function whole(data) {
  const links = [];
  let [from, head] = [0, null];
  for (let end = data.indexOf(10, from); end >= 0; end = data.indexOf(10, from)) {
    const text = data.subarray(from, end);
    let link;
    try {
      link = JSON.parse(text.toString("utf8"));
    } catch {
      break;
    }
    if (head !== null && link.prev !== head) break;
    links.push(link);
    head = digest(text);
    from = end + 1;
  }
  return { links, head, good: from, torn: data.length - from };
}

/** What a hearing's folder holds from before: segments used, head of the newest chain, and the gap if it was cut off.
 *  A segment without an end gets its last link here: what was synced stays, what was not linked yet is named. */
export async function recordedBefore(root, hearing) {
  let names;
  try {
    names = (await readdir(join(root, hearing))).filter((name) => /^\d{4,}$/.test(name)).sort((a, b) => Number(a) - Number(b));
  } catch (error) {
    if (error.code === "ENOENT") return { used: [], previous: undefined, gap: undefined, ended: [] };
    throw error;
  }
  let [previous, gap] = [undefined, undefined];
  const used = [];
  const ended = [];
  for (const name of names) {
    const folder = join(root, hearing, name);
    const path = join(folder, "chain");
    const data = await readFile(path).catch((error) => {
      if (error.code === "ENOENT") return Buffer.alloc(0);
      throw error;
    });
    const { links, head, good, torn } = whole(data);
    // Killed, or refused by the disk, before its first link: nobody was heard in it, and it may be begun as if it had not been.
    if (!links.length && !(await readdir(folder)).some((each) => each !== "chain")) {
      await takenAway(folder);
      continue;
    }
    used.push(Number(name));
    const last = links.at(-1);
    if (last && (last.kind === "end" || last.kind === "cut")) {
      previous = head;
      ended.push({ ended: Number(name), head, closing: data.subarray(0, good).toString("utf8").trimEnd().split("\n").at(-1) });
      const since = last.kind === "cut" ? last.last : last.why ? last.at : undefined;
      gap = since === undefined ? undefined : { since, after: Number(name) };
      continue;
    }
    const cut = await cutOff(folder, path, links, head, good, torn);
    previous = cut.head;
    ended.push({ ended: Number(name), head: cut.head, closing: cut.closing });
    gap = { since: cut.last, after: Number(name) };
  }
  return { used, previous, gap, ended };
}

/** What stands in a file after what the links speak of: a second or two of hours, of which the rest is not read. */
async function after(path, from) {
  const whole = createHash("sha256");
  let length = 0;
  for await (const part of createReadStream(path, { start: from })) {
    whole.update(part);
    length += part.length;
  }
  return { length, sha256: whole.digest("hex") };
}

async function cutOff(folder, path, links, head, good, torn) {
  const upTo = new Map();
  for (const link of links) for (const [person, part] of Object.entries(link.streams ?? {})) upTo.set(person, part.from + part.length);
  const streams = {};
  for (const name of (await readdir(folder)).filter((each) => each.endsWith(".rtp")).sort()) {
    const person = name.slice(0, -4);
    const from = upTo.get(person) ?? 0;
    const tail = await after(join(folder, name), from);
    // A file that was just made, and is empty still, is spoken of too: the verifier would call it put in afterwards.
    if (tail.length || !upTo.has(person)) streams[person] = { from, ...tail };
  }
  const last = links.at(-1)?.at ?? Date.now();
  const text = line({ kind: "cut", at: Date.now(), last, n: links.length, prev: head ?? NOTHING, streams, torn });
  const chain = await open(path, "a+", 0o640);
  try {
    await chain.truncate(good);
    await chain.writeFile(text);
    await chain.sync();
  } finally {
    await chain.close();
  }
  return { head: digest(text.subarray(0, -1)), last, closing: text.toString("utf8").trimEnd() };
}
