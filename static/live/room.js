// The browser's end of the court's media room: signalling, devices and media. It has no page of its own and touches none.
//
//   import { enter, testDevices } from "./room.js";
//
//   enter({ url, ticket, microphone, camera, on }) -> Room        (at once; everything else comes by `on`)
//     url         wss://… of the room (the page carries it)
//     ticket      async () => { ticket, url }: asks the court for a new ticket, and where it is good (a hearing may go on at another host); called for every way in, also after a loss.
//                 Throwing an Error is tried again; with `forbidden` set, the court said no, which ends the first way in ("refused" with why "no_ticket")
//     microphone  { deviceId?: string, on: boolean }, camera likewise; or null for none
//     on(event)   called with each of these, `event.type` first:
//       { type: "connecting" } | { type: "in", person, room, admitted } | { type: "refused", why } (ended; why is one of
//         expired, used, foreign, second_device, removed, not_open, no_ticket, replaced, no_room; of these
//         expired, not_open, no_ticket and no_room after some tries in vain)
//       { type: "lost", since } | { type: "back", seconds }       own connection; it comes back by itself
//       { type: "door" } waits to be admitted | { type: "admitted" }
//       { type: "media", connected, tries }                       false: sound and picture do not come through yet and were begun anew so often; true: now they do; null: they
//                                                                 are not to come now. Only where it takes long
//       { type: "people", people: [{ person, role, room, present, admitted, muted, locked, isolated, microphone, camera,
//         audio, video, hand_at, held_back, shows }] }            whole list each time; null for whom it is not shown
//       { type: "track", person, kind: "audio"|"video", track: MediaStreamTrack | null }   give it to an element
//       { type: "own", kind, track: MediaStreamTrack | null }     own picture, for <video muted>
//       { type: "microphone", on, muted, locked } | { type: "camera", on, muted, locked }  as the room has confirmed it
//       { type: "floor", person } | { type: "hands", persons: [..] in line } | { type: "page", number, exhibit, page, since }
//       { type: "state", recording: since|null, segment, media_ms, at, paused, until, sealed, out, deliberating }
//       { type: "isolated" } | { type: "released" } | { type: "removed", why } | { type: "closed" }
//       { type: "tell", kind, data }                              what the court tells everybody (captions, record)
//       { type: "caption", person, from, language, words }        what somebody said, by a program; kept nowhere
//       { type: "listens", to }                                   whose interpretation is heard, as the room has confirmed it; null: nobody's
//       { type: "captions", on }                                  whether a program writes captions now
//       { type: "recorder_failed" }
//       { type: "device", kind, why }                             microphone or camera cannot be used (a DOMException's name)
//
//   Room
//     setMicrophone(on: boolean), setCamera(on: boolean)          asks; `microphone`/`camera` events say what came of it
//     useDevice(kind, deviceId)                                   other microphone or camera
//     raiseHand(), lowerHand()
//     listen(to: person | null)                                   to an interpreter, over those who speak; `listens` says it
//     pageShown(number)                                           the page of that order is on the screen now
//     comeTo(url)                                                 where the hearing is held now; nothing to do if that is where one is
//     leave()                                                     goes out; no event afterwards
//
//   testDevices() -> Promise<{ audio: boolean, video: boolean, why?: string, microphones, cameras, speakers }>

export const WAITS = 10_000; // milliseconds for an answer of the court: a phone that changes its network leaves requests that are never answered
const AGAIN = [500, 1000, 2000, 3000]; // milliseconds between two ways in
const SILENCE = 6000; // the room speaks every two seconds; after this it counts as lost
const CONNECTS = 18_000; // for sound and picture, from the answer on: the room begins anew before, unless the connection stands at its end
const SLOW = 4000; // after this it is said that they do not come through yet
const PASSES = new Set(["not_open", "expired", "no_ticket"]); // why a room refuses that was started anew, or hears a slow network: a new ticket may do
const BITRATE = { audio: 48_000, video: 700_000 };
const WANTED = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { max: 25 } },
};

/** The name of this tab, the same when its page is opened anew: the room then lets it in though the connection of before has not ended yet. */
function thisTab() {
  try {
    return (sessionStorage.device ??= crypto.randomUUID());
  } catch {
    return crypto.randomUUID(); // a browser that keeps nothing
  }
}

/** One way of the person to the room, over as many connections as it takes. */
class Room {
  #given;
  #nonce = thisTab();
  #socket = null;
  #peer = null;
  #closed = new Promise(() => {}); // fails when the connection for sound and picture is closed
  #close = () => {};
  #connecting; // the time that a connection has to stand
  #slow; // and the one after which the person is told
  #toldSlow = false;
  #answered; // number of the last offer that got an answer
  #connected = false;
  #remade = 0; // times that it was begun anew in vain
  #senders = {};
  #own = { audio: null, video: null };
  #asking = { audio: null, video: null }; // the person is asked for a device, and has not answered
  #wanted = { audio: false, video: false };
  #listens = null;
  #held = { audio: false, video: false };
  #devices = {};
  #sources = {};
  #shown = new Map();
  #work = Promise.resolve();
  #lostAt = null;
  #wasIn = false;
  #ended = false;
  #tries = 0;
  #heard = 0;
  #ice = [];

  constructor(given) {
    this.#given = given;
    for (const [kind, choice] of [["audio", given.microphone], ["video", given.camera]]) {
      this.#devices[kind] = choice ?? null;
      this.#wanted[kind] = Boolean(choice?.on);
    }
    this.#watch = setInterval(() => {
      // Also a way in that never opens: a browser gives it up after minutes.
      const patience = this.#socket?.readyState === WebSocket.OPEN ? SILENCE : WAITS;
      if (this.#socket && performance.now() - this.#heard > patience) this.#drop();
    }, 1000);
    this.#connect();
  }

  #watch;

  #say(event) {
    if (!this.#ended) this.#given.on(event);
  }

  #end(event) {
    this.#closeMedia();
    this.#say(event);
    this.#ended = true;
    clearInterval(this.#watch);
    for (const kind of ["audio", "video"]) this.#own[kind]?.stop();
    this.#socket?.close();
  }

  async #connect() {
    if (this.#ended) return;
    this.#say({ type: "connecting" });
    let said;
    try {
      said = await this.#given.ticket();
    } catch (error) {
      // Without the court there is no way in; it is asked again, as the network may be what is gone.
      const refused = { type: "refused", why: "no_ticket", said: String(error.message ?? error) };
      return error.forbidden && !this.#wasIn ? this.#end(refused) : this.#again(refused);
    }
    if (this.#ended) return;
    const ticket = said.ticket ?? said;
    const socket = new WebSocket(said.url ?? this.#given.url);
    this.#socket = socket;
    this.#heard = performance.now();
    socket.onopen = () => {
      this.#heard = performance.now();
      socket.send(JSON.stringify({ type: "enter", ticket, device: this.#nonce }));
    };
    socket.onmessage = (message) => {
      if (socket !== this.#socket) return;
      this.#heard = performance.now();
      this.#hears(JSON.parse(message.data));
    };
    socket.onclose = () => socket === this.#socket && this.#drop();
  }

  /** The connection is gone: say so, and come back. `refused` is what is said where nobody was in and all tries were in vain. */
  #drop(refused = { type: "refused", why: "no_room" }) {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#closeMedia();
    if (this.#ended) return;
    if (this.#wasIn && this.#lostAt === null) {
      this.#lostAt = Date.now();
      this.#say({ type: "lost", since: this.#lostAt });
    }
    this.#again(refused);
  }

  #again(refused) {
    // Whoever was in has a place that is kept, and comes back whenever that can be; nobody else waits without end.
    if (!this.#wasIn && this.#tries >= AGAIN.length) return this.#end(refused);
    const wait = AGAIN[Math.min(this.#tries, AGAIN.length - 1)];
    this.#tries += 1;
    setTimeout(() => this.#connect(), wait);
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #hears(message) {
    switch (message.type) {
      case "alive":
        return;
      case "in":
        return this.#isIn(message);
      case "offer":
        return this.#thenHere(() => this.#answer(message));
      case "candidate":
        return this.#thenHere(() => this.#ofPeer(this.#peer?.addIceCandidate(message.candidate)));
      case "media_closed":
        return this.#thenHere(() => this.#mediaGone(message.again));
      case "refused":
        if (PASSES.has(message.why)) return this.#drop(message);
        return this.#end(message);
      case "removed":
        return this.#end(message);
      case "again":
        // The court was not heard here: it says where the hearing goes on.
        return this.#drop();
      case "closed":
        return this.#closedHere(message);
      case "isolated":
        this.#then(() => this.#mediaGone(false));
        return this.#say(message);
      case "microphone":
      case "camera": {
        const kind = message.type === "microphone" ? "audio" : "video";
        this.#held[kind] = message.muted;
        this.#then(() => this.#sendOwn(kind));
        return this.#say(message);
      }
      default:
        return this.#say(message);
    }
  }

  /** A host that was left closes what it had as soon as it answers again: the hearing is over only where the court gives no way to another. */
  async #closedHere(message) {
    const socket = this.#socket;
    socket.onclose = null;
    this.#closeMedia();
    const said = await this.#given.ticket().catch(() => null);
    if (this.#ended || socket !== this.#socket) return;
    if (said?.url && new URL(said.url).href !== socket.url) this.#drop();
    else this.#end(message);
  }

  #isIn({ person, room, admitted, ice }) {
    this.#ice = ice;
    const [lostAt, again] = [this.#lostAt, this.#wasIn];
    Object.assign(this, { person, room });
    this.#wasIn = true;
    this.#tries = 0;
    [this.#remade, this.#toldSlow] = [0, false];
    this.#lostAt = null;
    this.#say({ type: "in", person, room, admitted });
    if (lostAt !== null) this.#say({ type: "back", seconds: (Date.now() - lostAt) / 1000 });
    for (const kind of ["audio", "video"]) this.#askFor(kind);
    // Also that nothing is chosen any more: the page goes by what the room confirms.
    if (again || this.#listens) this.#send({ type: "listen", to: this.#listens });
  }

  #then(work) {
    this.#work = this.#work.then(work).catch((error) => console.warn("live room:", error));
  }

  /** What the room said over one way in means nothing for the next. */
  #thenHere(work) {
    const socket = this.#socket;
    this.#then(() => socket === this.#socket && work());
  }

  // ---- media

  /** What the connection does, or that it was closed meanwhile: a browser leaves what a closed one was asked unanswered, and all that
   *  waits behind it would wait for ever. */
  #ofPeer(asked) {
    return Promise.race([asked, this.#closed]);
  }

  async #answer({ turn, sdp, sources }) {
    if (!this.#peer) this.#openMedia();
    const peer = this.#peer;
    this.#sources = sources;
    await this.#ofPeer(peer.setRemoteDescription({ type: "offer", sdp }));
    const [audio, video] = peer.getTransceivers();
    for (const [kind, transceiver] of [["audio", audio], ["video", video]]) {
      if (this.#senders[kind]) continue;
      transceiver.direction = "sendonly";
      this.#senders[kind] = transceiver.sender;
      await this.#sendOwn(kind);
    }
    await this.#ofPeer(peer.setLocalDescription());
    this.#send({ type: "answer", turn, sdp: peer.localDescription.sdp });
    this.#answered = turn;
    if (!this.#connected) {
      this.#connecting ??= setTimeout(() => this.#asksAnew(), CONNECTS);
      this.#slow ??= setTimeout(() => this.#saySlow(), SLOW);
    }
    for (const kind of ["audio", "video"]) await this.#limit(kind);
    if (peer === this.#peer) this.#showTracks();
  }

  #openMedia() {
    const peer = new RTCPeerConnection({ iceServers: this.#ice, bundlePolicy: "max-bundle" });
    this.#peer = peer;
    this.#closed = new Promise((_, fails) => (this.#close = () => fails(new Error("closed meanwhile"))));
    this.#closed.catch(() => {}); // nobody may be waiting
    peer.onicecandidate = ({ candidate }) => candidate && peer === this.#peer && this.#send({ type: "candidate", candidate });
    peer.onconnectionstatechange = () => {
      if (peer !== this.#peer) return;
      if (peer.connectionState === "failed") this.#asksAnew();
      if (peer.connectionState === "connected") this.#mediaStands();
    };
  }

  /** Sound and picture do not come through by this connection: the room begins it anew, and nobody has to leave for it. */
  #asksAnew() {
    this.#send({ type: "media_again", turn: this.#answered });
  }

  #mediaStands() {
    clearTimeout(this.#connecting);
    clearTimeout(this.#slow);
    this.#connected = true;
    this.#sayOver(true);
  }

  #saySlow() {
    this.#toldSlow = true;
    this.#say({ type: "media", connected: false, tries: this.#remade });
  }

  #sayOver(connected) {
    if (this.#toldSlow) this.#say({ type: "media", connected, tries: this.#remade });
    this.#toldSlow = false;
    this.#remade = 0;
  }

  /** The room closed the connection, to begin it anew or because nothing is to come through now. */
  #mediaGone(again) {
    this.#closeMedia();
    if (!again) return this.#sayOver(null);
    this.#remade += 1;
    this.#saySlow();
  }

  #closeMedia() {
    clearTimeout(this.#connecting);
    clearTimeout(this.#slow);
    this.#connecting = this.#slow = undefined;
    this.#connected = false;
    this.#peer?.close();
    this.#close();
    this.#peer = null;
    this.#senders = {};
    for (const [name, { person, kind }] of this.#shown) {
      this.#shown.delete(name);
      this.#say({ type: "track", person, kind, track: null });
    }
  }

  #showTracks() {
    for (const transceiver of this.#peer.getTransceivers()) {
      const source = this.#sources[transceiver.mid];
      if (!source || this.#shown.has(transceiver.mid)) continue;
      this.#shown.set(transceiver.mid, source);
      this.#say({ type: "track", person: source.person, kind: source.kind, track: transceiver.receiver.track });
    }
  }

  async #limit(kind) {
    const sender = this.#senders[kind];
    const parameters = sender?.getParameters();
    if (!parameters?.encodings?.length) return;
    parameters.encodings[0].maxBitrate = BITRATE[kind];
    await this.#ofPeer(sender.setParameters(parameters)).catch(() => {});
  }

  /** Send what the person wants and the court lets through; nothing else leaves this device. */
  async #sendOwn(kind) {
    const sends = this.#wanted[kind] && !this.#held[kind];
    const track = sends ? this.#taken(kind) : null;
    if (!sends && kind === "video" && !this.#wanted.video) this.#give(kind);
    await this.#ofPeer(this.#senders[kind]?.replaceTrack(track));
    if (track) await this.#limit(kind);
  }

  /** The device, if it is here. Where the person has to be asked first, nothing waits for their answer: they hear and see the others
   *  meanwhile, and what is theirs goes out as soon as they have said yes. */
  #taken(kind) {
    if (this.#own[kind]?.readyState === "live") return this.#own[kind];
    this.#asking[kind] ??= this.#take(kind).then((more) => {
      this.#asking[kind] = null;
      if (more) this.#then(() => this.#sendOwn(kind));
    });
    return null;
  }

  /** Ask the person for a device. Whether anything is to be sent after it: the device is here, or another was chosen meanwhile. */
  async #take(kind) {
    const choice = this.#devices[kind];
    if (!choice) return false;
    const wanted = { ...WANTED[kind], ...(choice.deviceId ? { deviceId: { exact: choice.deviceId } } : {}) };
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ [kind]: wanted });
      const [track] = stream.getTracks();
      if (this.#ended || choice !== this.#devices[kind]) {
        track.stop();
        return !this.#ended;
      }
      track.onended = () => this.#own[kind] === track && this.#failed(kind, "ended");
      this.#own[kind] = track;
      this.#say({ type: "own", kind, track });
      return true;
    } catch (error) {
      if (choice !== this.#devices[kind]) return true;
      this.#failed(kind, error.name);
      return false;
    }
  }

  #failed(kind, why) {
    this.#wanted[kind] = false;
    this.#give(kind);
    this.#say({ type: "device", kind, why });
    this.#askFor(kind);
  }

  /** Let go of a device: its light goes out. */
  #give(kind) {
    if (!this.#own[kind]) return;
    this.#own[kind].stop();
    this.#own[kind] = null;
    this.#say({ type: "own", kind, track: null });
  }

  #askFor(kind) {
    this.#send({ type: kind === "audio" ? "microphone" : "camera", on: this.#wanted[kind] });
  }

  #turn(kind, on) {
    if (on && !this.#devices[kind]) this.#devices[kind] = { on };
    this.#wanted[kind] = on;
    this.#askFor(kind);
  }

  setMicrophone(on) {
    this.#turn("audio", on);
  }

  setCamera(on) {
    this.#turn("video", on);
  }

  useDevice(kind, deviceId) {
    this.#devices[kind] = { ...this.#devices[kind], deviceId };
    this.#give(kind);
    this.#then(() => this.#sendOwn(kind));
  }

  raiseHand() {
    this.#send({ type: "hand", up: true });
  }

  lowerHand() {
    this.#send({ type: "hand", up: false });
  }

  listen(to) {
    this.#listens = to;
    this.#send({ type: "listen", to });
  }

  comeTo(url) {
    if (this.#wasIn && this.#socket && this.#socket.url !== new URL(url).href) this.#drop();
  }

  pageShown(number) {
    this.#send({ type: "page_shown", number });
  }

  leave() {
    this.#send({ type: "leave" });
    const socket = this.#socket;
    this.#given = { ...this.#given, on: () => {} };
    this.#end({});
    socket?.close();
  }
}

export function enter(given) {
  return new Room(given);
}

/** Which devices there are, and whether they may be used: asks for both, then for each alone. */
export async function testDevices() {
  const works = async (wanted) => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(wanted);
      for (const track of stream.getTracks()) track.stop();
      return null;
    } catch (error) {
      return error.name;
    }
  };
  if (!navigator.mediaDevices?.getUserMedia) return { audio: false, video: false, why: "NotSupported", microphones: [], cameras: [], speakers: [] };
  const both = await works({ audio: true, video: true });
  const [audio, video] = both ? [await works({ audio: true }), await works({ video: true })] : [null, null];
  const devices = await navigator.mediaDevices.enumerateDevices();
  const named = (kind) => devices.filter((each) => each.kind === kind).map(({ deviceId, label }) => ({ deviceId, label }));
  return {
    audio: audio === null,
    video: video === null,
    ...(audio || video ? { why: audio ?? video } : {}),
    microphones: named("audioinput"),
    cameras: named("videoinput"),
    speakers: named("audiooutput"),
  };
}
