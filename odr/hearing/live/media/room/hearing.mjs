// One hearing as the room knows it: who is there, what the court ordered, and who may therefore see, hear and read what.
//
// The rule everything follows: whoever may not take part now has no media connection and is told nothing (`takesPart`);
// and in the hall nothing passes unless the recorder runs (`isHeard`).
import { AUDIO, AUDIO_REPORT, Recorder, recordedBefore, VIDEO, VIDEO_REPORT } from "./recorder.mjs";

export const HALL = "hall";
const INTERPRETER = "interpreter"; // the role of whoever speaks into the channel beside the hearing
const ARRIVES = 3_000; // sound or picture that did not come for so long does not arrive
const STOOD = 2_000; // milliseconds for which the room stood still, from which on devices may have given it up
const COMES = 10; // seconds in which they are back by themselves
const MANY = 5_000; // events kept for the court to fetch
const OFTEN = 20; // how often in a minute somebody's hand, or a refusal at the door, is told of: the court writes each down
const WRITES = 15_000; // a program that wrote no caption and said nothing for so long does not run
export const QUIET = new Set(["caption"]); // orders that change how nobody stands
const SILENT = "court_silent"; // why a piece ended and everybody was sent away: nothing was heard of the court any more

export class Refused extends Error {
  constructor(why, status = 409) {
    super(why);
    Object.assign(this, { why, status });
  }
}

class Person {
  constructor(person, role = "", rank = "participant") {
    Object.assign(this, {
      person, role, rank, room: HALL, device: null, since: Date.now(), lostAt: null, admitted: false, removed: null,
      muted: false, mutedVideo: false, locked: false, isolated: false, microphone: false, camera: false,
      last: { audio: -Infinity, video: -Infinity }, arrives: { audio: false, video: false }, on: { audio: -Infinity, video: -Infinity },
      heldBack: 0, heldNow: 0, mutedAt: 0, handAt: null, shows: null, told: "", inSince: null, listens: null, excused: false,
    });
  }
}

export class Hearing {
  people = new Map();
  events = [];
  recorder = null;
  paused = null; // { why, until }
  staying = null; // persons of a sealed part or deliberation; null: everybody
  sealed = false;
  deliberating = false;
  floor = null;
  page = null;
  place = null; // of the last order done that has one: the line of the court's journal, and which of its orders
  stopping = false; // the recorder writes its last link
  closed = false;
  closedAt = null;
  used = new Set();
  pieces = new Map(); // segment → when it began, since the room runs
  #told = new Map(); // what and who → { minute, count }
  #woke = 0; // seconds for which whoever is gone counts as back soon, since the room itself stood still
  #silence = 0; // seconds for which the court was not heard
  written = 0; // when the program that writes captions was heard last
  ended = []; // the last link of every segment that ended, for a court that missed an answer

  constructor(name, house) {
    const { config, numbers, media } = house;
    Object.assign(this, { name, house, config, numbers, media });
    this.orders = Promise.resolve();
  }

  // ---- who may

  takesPart(person) {
    if (!person.device || person.removed || person.isolated || this.closed) return false;
    if (person.room !== HALL) return true;
    return person.admitted && (!this.staying || this.staying.has(person.person));
  }

  isHeard(room) {
    if (room !== HALL) return true;
    if (this.paused || this.stopping) return false;
    return this.deliberating || Boolean(this.recorder?.running);
  }

  /** Whether somebody's sound or picture goes on to anybody now. */
  passes(person, kind) {
    if (!this.takesPart(person) || !this.isHeard(person.room)) return false;
    return kind === "audio" ? person.microphone && !person.muted : person.camera && !person.mutedVideo;
  }

  /** Who gets it, if it passes. */
  *#getting(person, kind) {
    const aside = kind === "audio" && this.#interpretsAside(person);
    for (const other of this.people.values()) {
      if (other !== person && other.room === person.room && this.takesPart(other) && (!aside || other.listens === person.person)) yield other;
    }
  }

  /** Tell every connection what may pass by it now. */
  gate() {
    for (const person of this.people.values()) {
      for (const kind of ["audio", "video"]) {
        const getting = new Set(this.passes(person, kind) ? this.#getting(person, kind) : []);
        for (const other of this.people.values()) other.device?.media?.lets(person.person, kind, getting.has(other));
      }
    }
  }

  /** What may pass now, and nothing else, passes when this ends. */
  settled() {
    this.gate();
    return this.media.settled(this.name);
  }

  // ---- what comes from devices

  packet(person, kind, packet) {
    const now = Date.now();
    person.last[kind] = performance.now();
    if (!this.takesPart(person)) return;
    if (kind === "audio" ? person.muted : person.mutedVideo) {
      this.#holdBack(person, now);
      return;
    }
    if (!this.passes(person, kind)) return;
    if (person.room === HALL && !this.deliberating) {
      this.recorder.write(person.person, kind === "audio" ? AUDIO : VIDEO, packet.serialize());
    }
    for (const other of this.#getting(person, kind)) {
      other.device.media?.forward(person.person, kind, packet, () => person.device.askKeyFrame());
    }
  }

  /** Whether somebody speaks into the interpreters' channel: heard by whoever chose it, over those who speak; with the floor, by all. */
  #interpretsAside(person) {
    return person.role === INTERPRETER && person.room === HALL && this.floor !== person.person;
  }

  /** Whose interpretation somebody hears, as they ask; null for nobody's. */
  listens(person, to) {
    if (person.listens !== to) {
      person.listens = to;
      for (const other of this.people.values()) if (other.role === INTERPRETER) person.device.media?.interrupt(other.person);
      this.gate();
    }
    person.device.tell({ type: "listens", to });
  }

  report(person, kind, packet) {
    if (person.room !== HALL || this.deliberating || !this.passes(person, kind)) return;
    if (packet.senderInfo) this.recorder.write(person.person, kind === "audio" ? AUDIO_REPORT : VIDEO_REPORT, packet.serialize());
  }

  #holdBack(person, now) {
    person.heldBack += 1;
    // What was on its way when the mute came is no disobedience.
    if (now - person.mutedAt > 1_500 && ++person.heldNow === 20) {
      this.event("held_back", person.person, { packets: person.heldBack });
      this.tellPeople();
    }
  }

  // ---- devices come and go

  /** A device with a good ticket; the reason why it stays out, or null when it is in. */
  enters(said, device) {
    const known = this.people.get(said.person);
    if (this.closed) return "not_open";
    if (known?.removed) return "removed";
    if (known?.device && known.device.nonce !== device.nonce) return "second_device";
    const person = known ?? new Person(said.person);
    this.people.set(said.person, person);
    if (person.device) person.device.replaced();
    const [lostAt, moved] = [person.excused ? null : person.lostAt, person.room !== said.room];
    // A page opened anew shows the original as chosen, so that is what it gets; one that comes back says its choice again.
    Object.assign(person, { role: said.role, rank: said.rank, room: said.room, device, lostAt: null, excused: false, told: "", listens: null });
    if (lostAt !== null) this.event("back", person.person, { room: person.room, since: lostAt, seconds: (Date.now() - lostAt) / 1000 });
    else this.event("entered", person.person, { room: person.room, moved });
    person.since = Date.now();
    device.person = person;
    this.#breakStreams(person);
    this.#mark("entered", person.person);
    device.welcome(person);
    this.reconcile();
    return null;
  }

  gone(device, why, person) {
    if (person.device !== device) return;
    person.device = null;
    person.inSince = null;
    person.since = Date.now();
    person.handAt = null;
    person.shows = null;
    person.arrives = { audio: false, video: false };
    if (why === "left") this.event("left", person.person);
    else if (!person.removed && !this.closed) {
      person.lostAt = Date.now();
      // A device that gave up a room that stood still was not away: only if it does not come back, it is lost.
      if (why === "closed" && (this.#woke || this.house.late() > STOOD)) person.excused = true;
      else this.event("lost", person.person, { why });
    }
    this.#mark("gone", person.person);
    this.reconcile();
  }

  turned(person, kind, on) {
    const key = kind === "audio" ? "microphone" : "camera";
    if (person[key] !== on) {
      person[key] = on;
      person.on[kind] = performance.now();
      if (on) this.#breakStreams(person);
      if (on && kind === "video") person.device.askKeyFrame();
      this.event(key, person.person, { on });
      this.#mark(key, person.person, { on });
      this.gate();
    }
    this.#tellOwn(person);
    this.tellPeople();
  }

  hand(person, up) {
    if (person.room !== HALL || !this.takesPart(person) || up === (person.handAt !== null)) return;
    if (this.#tooOften("hand", person.person)) return;
    person.handAt = up ? Date.now() : null;
    this.event(up ? "hand" : "hand_down", person.person);
    this.#tellHands();
    this.tellPeople();
  }

  /** A device at the door that stays out, and why. */
  refused(person, why) {
    if (!this.#tooOften("refused", person)) this.event("refused", person, { why });
  }

  #tooOften(what, person) {
    const minute = Math.floor(Date.now() / 60_000);
    const key = `${what}/${person}`;
    const told = this.#told.get(key);
    if (told?.minute !== minute) {
      this.#told.set(key, { minute, count: 1 });
      return false;
    }
    return ++told.count > OFTEN;
  }

  shown(person, number) {
    if (this.page?.number !== number || !this.takesPart(person) || person.room !== HALL) return;
    person.shows = number;
    this.tellPeople();
  }

  /** Each second: what stopped or began to arrive; every fourth, a key frame of every picture. `slept` as for a device. */
  tick(count, slept) {
    if (this.#isSilent()) return;
    const now = performance.now();
    this.#tellCaptions();
    this.#givesBack(slept, now);
    for (const person of this.people.values()) {
      if (!person.device) continue;
      for (const kind of ["audio", "video"]) {
        const arrives = now - person.last[kind] < ARRIVES;
        if (arrives === person.arrives[kind]) continue;
        const expected =
          this.takesPart(person) && (kind === "audio" ? person.microphone && !person.muted : person.camera && !person.mutedVideo);
        if (!arrives && expected && now - person.on[kind] < ARRIVES) continue;
        person.arrives[kind] = arrives;
        if (expected) this.event("media", person.person, { kind, arrives });
        this.peopleChanged = true;
      }
      if (count % 4 === 0 && person.camera && this.takesPart(person) && this.isHeard(person.room)) person.device.askKeyFrame();
    }
    if (this.peopleChanged) this.tellPeople();
  }

  /** What the room itself stood still counts against nobody: neither that nothing came meanwhile, nor that a device gave it up. */
  #givesBack(slept, now) {
    for (const { last, on } of this.people.values()) {
      for (const times of [last, on]) for (const kind of ["audio", "video"]) times[kind] = Math.min(now, times[kind] + slept);
    }
    if (slept > STOOD) this.#woke = COMES;
    else if (this.#woke && --this.#woke === 0) {
      for (const person of this.people.values()) {
        if (person.excused && !person.removed) this.event("lost", person.person, { why: "closed" });
        person.excused = false;
      }
    }
  }

  // ---- without the court

  heardCourt() {
    this.#silence = 0;
  }

  /** Whether the court was not heard for longer than its patience, while something passes or is recorded here: then the hearing ends in
   *  this room. Counted by seconds in which the room itself ran, so that one that stood still asks the court first. */
  #isSilent() {
    this.#silence += 1;
    if (this.#silence <= this.config.courtPatience || !(this.recorder?.running || this.#anybodyTalks())) return false;
    this.event(SILENT, null, { seconds: this.#silence });
    console.error(`${this.name}: the court was not heard for ${this.#silence} seconds; the hearing ends here until it is`);
    // From here on nothing passes, whatever else takes long; a fresh order to open brings the hearing back.
    this.ends();
    for (const person of this.people.values()) person.device?.end({ type: "again", why: SILENT });
    this.gate();
    this.orders = this.orders.then(() => this.stopRecording(SILENT)).catch((error) => console.error(`${this.name}: ${error.message}`));
    return true;
  }

  /** From here on nothing passes in this room and nothing is ordered. */
  ends() {
    Object.assign(this, { closed: true, closedAt: Date.now() });
  }

  /** Whether two or more are together somewhere: in the hall, in the judges' room, on one side. */
  #anybodyTalks() {
    const rooms = [...this.people.values()].filter((each) => this.takesPart(each)).map((each) => each.room);
    return new Set(rooms).size < rooms.length;
  }

  // ---- orders of the court, one after the other

  order(what, given) {
    const done = this.orders.then(() => this.#do(what, given));
    this.orders = done.catch(() => {});
    return done;
  }

  async #do(what, given) {
    const order = ORDERS[what];
    if (!order) throw new Refused("unknown_order", 404);
    if (this.closed) throw new Refused("not_open", 404);
    if (given.place !== undefined && !this.#isNext(given.place)) return { at: Date.now(), ...this.where(), past: true };
    const more = (await order.call(this, given)) ?? {};
    if (!QUIET.has(what)) {
      this.reconcile();
      // The answer says that it holds, not that it will.
      await this.settled();
    }
    return { at: Date.now(), ...this.where(), ...more };
  }

  /** Whether an order stands at or after the place of the last that was done. Two processes of the court may ask for the same
   *  line at once: what one of them asks again after the other went on must not undo what was ordered since. */
  #isNext(place) {
    if (!Array.isArray(place) || place.length !== 2 || !place.every((each) => Number.isSafeInteger(each) && each >= 0)) throw new Refused("no_place");
    const [line, part] = place;
    if (this.place && (line < this.place[0] || (line === this.place[0] && part < this.place[1]))) return false;
    this.place = place;
    return true;
  }

  where() {
    const runs = this.recorder?.running;
    return { media_ms: runs ? this.recorder.ms : 0, segment: runs ? this.recorder.segment : null };
  }

  known(name, make = false) {
    const person = this.people.get(name);
    if (person) return person;
    if (!make || !NAME.test(name ?? "")) throw new Refused("unknown_person");
    const made = new Person(name);
    this.people.set(name, made);
    return made;
  }

  async restore() {
    const before = await recordedBefore(this.config.folder, this.name);
    Object.assign(this, { used: new Set(before.used), previous: before.previous, gap: before.gap, ended: before.ended });
  }

  async record(segment, key) {
    if (!Number.isInteger(segment) || segment < 1 || segment > 9999) throw new Refused("no_segment");
    // A segment that failed gets its last link now, so that the new one follows it.
    if (this.recorder?.fault) await this.restore().catch((error) => { throw new Refused(`recorder_failed: ${error.message}`); });
    if (this.used.has(segment)) throw new Refused("segment_used");
    if (this.recorder?.running) throw new Refused("recorder_runs");
    const gap = this.gap && { ...this.gap, until: Date.now() };
    const recorder = new Recorder({
      root: this.config.folder, hearing: this.name, segment, key, previous: this.previous, gap, patience: this.config.patience,
      onFault: (error) => this.#recorderFailed(error),
      onMinute: () => this.event("head", null, { head: recorder.head, link: recorder.link, segment }),
    });
    try {
      await recorder.begin();
    } catch (error) {
      throw new Refused(error.code === "EEXIST" ? "segment_used" : `recorder_failed: ${error.message}`);
    }
    this.used.add(segment);
    this.recorder = recorder;
    this.pieces.set(segment, recorder.began);
    if (gap) this.event("gap", null, gap);
    this.gap = undefined;
    this.#breakAll();
  }

  async stopRecording(why) {
    const recorder = this.recorder;
    if (!recorder?.running) return {};
    // What passes while the last link is written would be heard and in no recording.
    this.stopping = true;
    const closing = await this.settled()
      .then(() => recorder.stop(why))
      .catch((error) => {
        throw new Refused(`recorder_failed: ${error.message}`);
      })
      .finally(() => (this.stopping = false));
    this.previous = closing.head;
    this.ended.push(closing);
    return closing;
  }

  /** Whether an order for this segment was done before, and only its answer was lost on the way. */
  writes(segment) {
    return Boolean(this.recorder?.running) && this.recorder.segment === segment;
  }

  #recorderFailed(error) {
    const recorder = this.recorder;
    this.gap = { since: recorder.synced ?? Date.now(), after: recorder.segment };
    this.paused = { why: "recorder_failed", until: null };
    this.event("recorder_failed", null, { why: recorder.fault, since: recorder.synced });
    this.event("paused", null, { why: "recorder_failed" });
    console.error(`${this.name}: recorder failed: ${error.message}`);
    for (const person of this.people.values()) if (this.takesPart(person)) person.device.tell({ type: "recorder_failed" });
    this.reconcile();
  }

  // ---- what follows from it for each device

  reconcile() {
    for (const person of this.people.values()) {
      if (!person.device) continue;
      const takes = this.takesPart(person);
      // Who was let in a moment ago was not there for what was said before, and reads none of it either.
      person.inSince = takes ? (person.inSince ?? Date.now()) : null;
      if (!takes) person.device.closeMedia();
      else {
        const others = [...this.people.values()].filter(
          (other) => other !== person && other.room === person.room && this.takesPart(other),
        );
        person.device.openMedia(others.map((other) => other.person));
      }
      this.#tellStanding(person, takes);
    }
    this.#tellHands();
    this.tellPeople();
    if (this.staying || this.paused) this.#breakAll();
    this.gate();
  }

  #tellStanding(person, takes) {
    const standing = person.isolated
      ? "isolated"
      : person.room === HALL && !person.admitted
        ? "door"
        : takes
          ? person.told === "isolated"
            ? "released"
            : "admitted"
          : "out";
    if (person.told !== standing) {
      person.told = standing;
      if (standing !== "out") person.device.tell({ type: standing });
      if (takes && person.room === HALL) {
        if (this.page) person.device.tell(this.#pageMessage());
        person.device.tell({ type: "floor", person: this.floor });
      }
      if (takes) this.#tellOwn(person);
    }
    if (!person.isolated && person.room === HALL) person.device.tell(this.#stateMessage(person, takes), "state");
  }

  #stateMessage(person, takes) {
    return {
      type: "state", recording: this.recorder?.running ?? null, ...this.where(), at: Date.now(), paused: this.paused?.why ?? null,
      until: this.paused?.until ?? null, sealed: this.sealed, out: person.admitted && !takes, deliberating: this.deliberating,
    };
  }

  #pageMessage() {
    const { number, exhibit, page, since } = this.page;
    return { type: "page", number, exhibit, page, since };
  }

  #tellOwn(person) {
    person.device?.tell({ type: "microphone", on: person.microphone, muted: person.muted, locked: person.locked });
    person.device?.tell({ type: "camera", on: person.camera, muted: person.mutedVideo, locked: person.locked });
  }

  /** A line of what was said, to whoever was in the hall when it was said and is in it still; nobody else, whatever happened since. */
  caption(segment, line) {
    const said = this.pieces.get(segment);
    if (said === undefined) return;
    for (const person of this.people.values()) {
      if (person.room !== HALL || !this.takesPart(person) || person.inSince === null || person.inSince > said + line.from) continue;
      person.device.tell({ type: "caption", ...line });
    }
  }

  /** Whether a program writes captions now: the page says so, or that the clerk types. */
  #tellCaptions() {
    this.tellHall({ type: "captions", on: Date.now() - this.written < WRITES }, "captions");
  }

  tellHall(message, once) {
    for (const person of this.people.values()) if (person.room === HALL && this.takesPart(person)) person.device.tell(message, once);
  }

  #tellHands() {
    const line = [...this.people.values()].filter((each) => each.handAt !== null).sort((a, b) => a.handAt - b.handAt);
    this.tellHall({ type: "hands", persons: line.map((each) => each.person) }, "hands");
  }

  /** The list of people, to each as far as they may see it: to a witness none, to the bench everybody. */
  tellPeople() {
    this.peopleChanged = false;
    for (const viewer of this.people.values()) {
      if (!this.takesPart(viewer) || viewer.rank === "witness") continue;
      const seen = [...this.people.values()].filter((each) =>
        viewer.rank === "bench" && viewer.room === HALL ? true : each.room === viewer.room && this.takesPart(each),
      );
      viewer.device.tell({ type: "people", people: seen.map((each) => this.#asSeen(each)) }, "people");
    }
  }

  #asSeen(each) {
    return {
      person: each.person, role: each.role, room: each.room, present: each.device !== null, admitted: each.admitted, muted: each.muted,
      locked: each.locked, isolated: each.isolated, microphone: each.microphone, camera: each.camera, audio: each.arrives.audio,
      video: each.arrives.video, hand_at: each.handAt, held_back: each.heldBack, shows: each.shows, since: each.since,
    };
  }

  #breakStreams(person) {
    for (const other of this.people.values()) other.device?.media?.interrupt(person.person);
  }

  #breakAll() {
    for (const person of this.people.values()) this.#breakStreams(person);
  }

  #mark(what, person, more = {}) {
    this.recorder?.mark({ do: what, ...(person ? { person } : {}), ...more });
  }

  mark(what, person, more) {
    this.#mark(what, person, more);
  }

  breakStreams(person) {
    this.#breakStreams(person);
  }

  tellOwn(person) {
    this.#tellOwn(person);
  }

  // ---- for the court

  event(kind, person = null, told = {}) {
    this.events.push({ number: this.numbers.next(), at: Date.now(), ...this.where(), kind, person, told });
    if (this.events.length > MANY) this.events.splice(0, this.events.length - MANY);
  }

  state() {
    const expected = [...this.people.values()].filter((each) => each.room === HALL && this.takesPart(each));
    const recorder = this.recorder;
    return {
      at: Date.now(), is_open: !this.closed, ...this.where(), paused: this.paused?.why ?? null, sealed: this.sealed,
      deliberating: this.deliberating, floor: this.floor,
      page: this.page && {
        ...this.#pageMessage(), type: undefined,
        shown_by: expected.filter((each) => each.shows === this.page.number).map((each) => each.person),
        expected: expected.length,
      },
      recorder: {
        running_since: recorder?.running ?? null, synced_at: recorder?.synced ?? null, head: recorder?.link ? recorder.head : null,
        link: recorder?.link ?? 0, bytes: recorder?.bytes ?? 0, fault: recorder?.fault ?? null,
      },
      people: [...this.people.values()].map((each) => {
        const { hand_at, held_back, shows, since, ...seen } = this.#asSeen(each);
        const out = each.admitted && each.room === HALL && Boolean(this.staying) && !this.staying.has(each.person);
        return { ...seen, hand_at, held_back, shows, since, out };
      }),
    };
  }
}

export const NAME = /^[A-Za-z0-9_-]{1,64}$/;

function persons(given, name) {
  const list = given[name] ?? [];
  if (!Array.isArray(list) || !list.every((each) => NAME.test(each))) throw new Refused(`no_list: ${name}`);
  return list;
}

function key(given, needed) {
  if (given.key === undefined || given.key === null) {
    if (needed) throw new Refused("no_key");
    return undefined;
  }
  const bytes = Buffer.from(String(given.key), "base64");
  if (bytes.length !== 32) throw new Refused("no_key");
  return bytes;
}

/** What the court can order; `control.py` says what each means. */
const ORDERS = {
  open(given) {
    for (const name of persons(given, "persons")) this.known(name, true);
    // After the room was away, the court says how everybody stood, before anybody is in.
    for (const [name, set] of Object.entries({
      admitted: (each) => (each.admitted = true),
      muted: (each) => (each.muted = true),
      locked: (each) => (each.muted = each.locked = true),
      isolated: (each) => (each.isolated = true),
      removed: (each) => (each.removed = "removed"),
    })) {
      for (const person of persons(given, name)) set(this.known(person, true));
    }
    // Held by another media host until now: since when nothing was recorded is for the court to say.
    if (given.gap && !this.gap && !this.recorder) this.gap = { since: Number(given.gap.since), after: Number(given.gap.after) };
    return { used: [...this.used], gap: this.gap ?? null, pieces: this.ended };
  },

  async record(given) {
    if (this.deliberating) throw new Refused("deliberation");
    const secret = key(given, this.sealed);
    if (this.writes(given.segment)) return {};
    if (this.used.has(given.segment)) throw new Refused("segment_used");
    const closing = await this.stopRecording();
    await this.record(given.segment, secret);
    return closing;
  },

  stop_recording() {
    return this.stopRecording();
  },

  admit(given) {
    const person = this.known(given.person, true);
    if (given.muted) mute(person);
    Object.assign(person, { admitted: true, removed: null });
    this.mark("admit", given.person);
  },

  floor(given) {
    if (given.person === null || given.person === undefined) this.floor = null;
    else {
      const person = this.known(given.person);
      this.floor = given.person;
      person.handAt = null;
      if (person.muted && !person.locked) unmute(this, person);
    }
    for (const person of this.people.values()) if (person.role === INTERPRETER) this.breakStreams(person);
    this.mark("floor", this.floor);
    this.tellHall({ type: "floor", person: this.floor });
  },

  mute(given) {
    const person = this.known(given.person);
    mute(person);
    Object.assign(person, { mutedVideo: person.mutedVideo || Boolean(given.video), locked: Boolean(given.lock) });
    if (this.floor === given.person) this.floor = null;
    this.mark("mute", given.person, { lock: person.locked });
    this.tellOwn(person);
  },

  unmute(given) {
    unmute(this, this.known(given.person));
  },

  isolate(given) {
    const person = this.known(given.person, true);
    person.isolated = true;
    person.handAt = null;
    if (this.floor === given.person) this.floor = null;
    this.mark("isolate", given.person);
  },

  release(given) {
    this.known(given.person).isolated = false;
    this.mark("release", given.person);
  },

  remove(given) {
    const person = this.known(given.person, true);
    Object.assign(person, { removed: String(given.why ?? "removed"), admitted: false, handAt: null });
    if (this.floor === given.person) this.floor = null;
    this.mark("remove", given.person);
    person.device?.end({ type: "removed", why: person.removed });
  },

  async seal(given) {
    if (this.deliberating) throw new Refused("not_everybody_is_in");
    const staying = new Set(persons(given, "stay"));
    const secret = key(given, true);
    if (this.sealed && this.writes(given.segment)) return {};
    // Shut first: nothing of the sealed part may reach anybody else, also if the recorder then fails.
    Object.assign(this, { staying, sealed: true });
    this.reconcile();
    try {
      const closing = await this.stopRecording();
      await this.record(given.segment, secret);
      return closing;
    } catch (error) {
      this.paused = { why: "recorder_failed", until: null };
      throw error;
    }
  },

  async unseal(given) {
    if (this.deliberating) throw new Refused("deliberation");
    if (!this.sealed && this.writes(given.segment)) return {};
    const closing = await this.stopRecording();
    await this.record(given.segment, key(given, false));
    Object.assign(this, { staying: null, sealed: false });
    return closing;
  },

  pause(given) {
    this.paused = { why: String(given.why ?? "break"), until: given.until ?? null };
    this.mark("pause", null, { why: this.paused.why });
  },

  resume() {
    if (!this.recorder?.running) throw new Refused("no_recorder");
    this.paused = null;
    this.mark("resume");
  },

  async deliberate(given) {
    if (this.deliberating) return {};
    if (this.staying) throw new Refused("not_everybody_is_in");
    const staying = new Set(persons(given, "persons"));
    // The last words before it belong to everybody and to the recording; what follows to neither.
    const closing = await this.stopRecording();
    Object.assign(this, { staying, deliberating: true, paused: null });
    return closing;
  },

  reassemble() {
    if (!this.deliberating) return;
    Object.assign(this, { staying: null, deliberating: false });
  },

  page(given) {
    if (given.exhibit === null || given.exhibit === undefined) this.page = null;
    else {
      if (!NAME.test(given.exhibit) || !Number.isInteger(given.page)) throw new Refused("no_page");
      this.page = { number: this.numbers.next(), exhibit: given.exhibit, page: given.page, since: Date.now() };
    }
    for (const person of this.people.values()) person.shows = null;
    const { number = null, exhibit = null, page = null, since = Date.now() } = this.page ?? {};
    this.mark("page", null, { exhibit, page });
    this.tellHall({ type: "page", number, exhibit, page, since });
    return { number };
  },

  tell(given) {
    if (!NAME.test(given.kind ?? "") || JSON.stringify(given.data ?? null).length > 16_384) throw new Refused("no_message");
    const to = given.to ? new Set(persons(given, "to")) : null;
    for (const person of this.people.values()) {
      if (person.room === HALL && this.takesPart(person) && (!to || to.has(person.person))) {
        person.device.tell({ type: "tell", kind: given.kind, data: given.data });
      }
    }
  },

  caption(given) {
    const lines = given.lines ?? [];
    if (!Array.isArray(lines) || lines.length > 50) throw new Refused("no_lines");
    for (const line of lines) {
      if (!NAME.test(line?.person ?? "") || !Number.isInteger(line.from) || !/^[A-Za-z-]{2,12}$/.test(line.language ?? "")) throw new Refused("no_lines");
      if (typeof line.words !== "string" || line.words.length > 1_000) throw new Refused("no_lines");
    }
    this.written = Date.now();
    for (const { person, from, language, words } of lines) this.caption(given.segment, { person, from, language, words });
  },

  async close() {
    // What the order itself finds wrong with the recorder is no reason to keep everybody here.
    const closing = await this.stopRecording().catch((error) => {
      if (!this.recorder.fault) throw error;
      return {};
    });
    // A segment that failed gets its last link now: no other follows that would give it.
    if (this.recorder?.fault) await this.restore().catch((error) => { throw new Refused(`recorder_failed: ${error.message}`); });
    for (const person of this.people.values()) person.device?.end({ type: "closed" });
    this.ends();
    return { ...closing, pieces: this.ended };
  },
};

function mute(person) {
  if (!person.muted) person.mutedAt = Date.now();
  Object.assign(person, { muted: true, heldNow: 0 });
}

function unmute(hearing, person) {
  Object.assign(person, { muted: false, mutedVideo: false, locked: false });
  hearing.breakStreams(person);
  hearing.mark("unmute", person.person);
  hearing.tellOwn(person);
  person.device?.askKeyFrame();
}
