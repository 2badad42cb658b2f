// The media connections by mediasoup: its worker, a process of its own, takes in, forwards and encrypts; the room says what
// passes (`lets`) and gets every packet that came, once, for the recorder. The interface is the one of media.mjs.
//
// mediasoup knows no session descriptions: those the devices get are written here, those they answer are read by sdp-transform.
// Both libraries and the worker stand in the folder that tools/media_worker makes.
import { createRequire } from "node:module";
import { availableParallelism, networkInterfaces } from "node:os";
import { join } from "node:path";
import { WrongSetting } from "./settings.mjs";

const CONFIRMS = 5_000; // a worker that has not confirmed for so long what was ordered is ended: nothing passes then
const ANSWERS = 10_000; // an offer that was not answered for so long is made again
const MOST_WORKERS = 16;
const AGAIN = 1_000; // between two tries to start a worker, or to connect a device
const MID = { uri: "urn:ietf:params:rtp-hdrext:sdes:mid", id: 1 };
const WIDE = { uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", id: 5 };
const OWN = { audio: "0", video: "1" }; // the sections by which a device sends
const KINDS = {
  audio: {
    codec: { mimeType: "audio/opus", clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [{ type: "transport-cc" }] },
    type: 111, named: "opus/48000/2", out: [MID],
  },
  video: {
    codec: {
      mimeType: "video/VP8", clockRate: 90_000, parameters: {},
      rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }, { type: "ccm", parameter: "fir" }, { type: "transport-cc" }],
    },
    type: 96, named: "VP8/90000", out: [MID, WIDE],
  },
};
let turns = 0; // an answer to an offer of a connection that was closed is none to another's
const EACH = Object.keys(KINDS);
const CODECS = EACH.map((kind) => ({ kind, preferredPayloadType: KINDS[kind].type, ...KINDS[kind].codec }));

/** Packets of the picture that are sent again have a stream of their own (RFC 4588); else what a browser sends to try the line out,
 *  without content, would take numbers in the picture's. */
const again = (type) => ({ mimeType: "video/rtx", clockRate: 90_000, parameters: { apt: KINDS.video.type }, rtcpFeedback: [], payloadType: type });

/** What a device can take. */
function takes(type) {
  const { payloadType: preferredPayloadType, ...rtx } = again(type);
  return {
    codecs: [...CODECS, { kind: "video", preferredPayloadType, ...rtx }],
    headerExtensions: EACH.flatMap((kind) =>
      KINDS[kind].out.map(({ uri, id }) => ({ kind, uri, preferredId: id, preferredEncrypt: false, direction: "sendrecv" })),
    ),
  };
}

/** What the worker tells of a sender report, as the packet it was (RFC 3550, 6.4.1), without what it says of reception. */
function senderReport({ ssrc, ntpSec, ntpFrac, rtpTs, packetCount, octetCount }) {
  const data = Buffer.alloc(28);
  data.writeUInt8(0x80, 0);
  data.writeUInt8(200, 1);
  data.writeUInt16BE(6, 2);
  [ssrc, ntpSec, ntpFrac, rtpTs, packetCount, octetCount].forEach((each, at) => data.writeUInt32BE(each >>> 0, 4 + 4 * at));
  return { senderInfo: true, serialize: () => data };
}

/** Where a worker listens: at every address of the machine's networks, and for the addresses the operator gave. */
function listens({ addresses, ports }) {
  const here = Object.values(networkInterfaces()).flat();
  const outside = here.filter((each) => !each.internal && (each.family === "IPv4" || addresses.some((given) => given.includes(":"))));
  const range = ports && { portRange: { min: ports[0], max: ports[1] } };
  const known = new Set(here.map((each) => each.address));
  const own = [...new Set([...addresses.filter((each) => known.has(each)), ...outside.map((each) => each.address)])];
  const told = addresses.filter((each) => !known.has(each));
  return [
    ...own.filter((each) => !each.startsWith("fe80:")).map((ip) => ({ protocol: "udp", ip, ...range })),
    ...told.map((address) => ({ protocol: "udp", ip: address.includes(":") ? "::" : "0.0.0.0", announcedAddress: address, ...range })),
  ];
}

/** The offer of a connection: its own two sections first, then one for each of `ways`. */
function offer(transport, rtx, turn, ways) {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const print = dtlsParameters.fingerprints.find((each) => each.algorithm === "sha-256");
  const section = (kind, mid, out, more) => {
    const { type, named, codec } = KINDS[kind];
    const second = kind === "video" ? [rtx] : [];
    return [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF ${[type, ...second].join(" ")}`, "c=IN IP4 0.0.0.0", `a=mid:${mid}`, `a=${out ? "sendonly" : "recvonly"}`,
      `a=ice-ufrag:${iceParameters.usernameFragment}`, `a=ice-pwd:${iceParameters.password}`,
      ...iceCandidates.map((each) => `a=candidate:${each.foundation} 1 ${each.protocol} ${each.priority} ${each.address} ${each.port} typ ${each.type}`),
      "a=end-of-candidates", `a=fingerprint:${print.algorithm} ${print.value}`, "a=setup:actpass", "a=rtcp-mux", "a=rtcp-rsize",
      `a=rtpmap:${type} ${named}`, ...second.flatMap((each) => [`a=rtpmap:${each} rtx/90000`, `a=fmtp:${each} apt=${type}`]),
      ...codec.rtcpFeedback.map((each) => `a=rtcp-fb:${type} ${each.type}${each.parameter ? ` ${each.parameter}` : ""}`),
      ...(out ? KINDS[kind].out : [MID, WIDE]).map((each) => `a=extmap:${each.id} ${each.uri}`),
      ...more,
    ];
  };
  const lines = [
    "v=0", `o=court 1 ${turn} IN IP4 127.0.0.1`, "s=-", "t=0 0", "a=ice-lite",
    `a=group:BUNDLE ${[...EACH.map((kind) => OWN[kind]), ...ways.map((way) => way.mid)].join(" ")}`, "a=msid-semantic:WMS *",
    ...EACH.flatMap((kind) => section(kind, OWN[kind], false, [])),
    ...ways.flatMap(({ kind, mid, person, consumer }) => {
      const { encodings, rtcp } = consumer.rtpParameters;
      const ssrcs = [encodings[0].ssrc, encodings[0].rtx?.ssrc].filter(Boolean);
      return section(kind, mid, true, [
        `a=msid:${person} ${person}-${kind}`, ...(ssrcs.length > 1 ? [`a=ssrc-group:FID ${ssrcs.join(" ")}`] : []),
        ...ssrcs.map((ssrc) => `a=ssrc:${ssrc} cname:${rtcp.cname}`),
      ]);
    }),
  ];
  return `${lines.join("\r\n")}\r\n`;
}

class SoupLink {
  slots = new Map(); // person → { audio: way, video: way }
  closed = false;
  #ways = []; // those that were offered, in the order of their sections
  #producers = {};
  #tapped = {};
  #queue = Promise.resolve();
  #queued = false;
  #answer = null;
  #turn = 0;
  #begun;

  constructor(soup, place, person, { tell, onPacket, onReport, onReady, onState }) {
    Object.assign(this, { soup, place, person, tell, onPacket, onReport, onReady, onState });
    place.links.add(this);
    this.#begun = this.#begin();
    this.#begun.catch((error) => {
      if (!this.closed) console.error(`mediasoup: ${error.message}`);
      setTimeout(() => this.lost(), AGAIN);
    });
  }

  async #begin() {
    const { router } = await this.place.ready;
    const transport = await router.createWebRtcTransport({ listenInfos: listens(this.soup.config), initialAvailableOutgoingBitrate: 2_000_000 });
    if (this.closed) transport.close();
    const state = (connected, failed) => (now) => {
      if (!this.closed && now === connected) this.onState("connected");
      if (!this.closed && failed.includes(now)) this.onState("failed");
    };
    transport.on("dtlsstatechange", state("connected", ["failed", "closed"]));
    transport.on("icestatechange", state(null, ["disconnected", "closed"]));
    return transport;
  }

  reaches(persons) {
    for (const person of persons) {
      if (this.slots.has(person)) continue;
      const way = (kind) => ({ kind, person, mid: null, consumer: null, wanted: false, ready: false, passes: false });
      this.slots.set(person, { audio: way("audio"), video: way("video") });
    }
    this.#negotiate();
  }

  #negotiate() {
    if (this.#queued || this.closed) return;
    this.#queued = true;
    this.#queue = this.#queue
      .then(() => {
        this.#queued = false;
        return this.#offer();
      })
      .catch((error) => this.closed || console.error(`negotiation: ${error.message}`));
  }

  /** A way for each source that is there now and has none; true if the device has to be told. */
  async #consume(transport, rtx) {
    let more = false;
    for (const [person, ways] of this.slots) {
      for (const way of Object.values(ways)) {
        const producer = this.place.sources.get(person)?.#producers[way.kind];
        if (!producer || producer.closed || (way.consumer && !way.consumer.closed)) continue;
        const mid = way.mid ?? String(EACH.length + this.#ways.length);
        Object.assign(way, { ready: false, passes: false });
        way.consumer = await transport.consume({ producerId: producer.id, rtpCapabilities: takes(rtx), mid, paused: true });
        if (way.mid === null) this.#ways.push(way);
        way.mid = mid;
        more = true;
      }
    }
    return more;
  }

  async #offer() {
    const transport = await this.#begun;
    const { rtx } = await this.place.ready;
    if (this.closed || (!(await this.#consume(transport, rtx)) && this.#turn) || this.closed) return;
    const turn = (this.#turn = ++turns);
    const answered = new Promise((resolve, reject) => {
      this.#answer = { turn, resolve, reject };
    });
    const offered = this.#ways.map((way) => [way, way.consumer]);
    const offering = {
      type: "offer", turn, sdp: offer(transport, rtx, turn, this.#ways),
      sources: Object.fromEntries(this.#ways.map(({ mid, person, kind }) => [mid, { person, kind }])),
    };
    this.tell(offering);
    // The same once more: a device that is only slow is taken at its first answer, however late that comes.
    const late = setInterval(() => this.tell(offering), ANSWERS);
    try {
      const sdp = await answered;
      if (!this.closed && !this.#producers.audio) await this.#connect(transport, sdp);
    } finally {
      clearInterval(late);
    }
    if (this.closed) return;
    for (const [way, consumer] of offered) if (way.consumer === consumer) way.ready = true;
    this.onReady();
  }

  /** What the device sends, by its first answer. */
  async #connect(transport, sdp) {
    const said = this.soup.parse(sdp);
    const sections = EACH.map((kind) => said.media.find((each) => String(each.mid) === OWN[kind]));
    const { type, hash } = sections[0].fingerprint ?? said.fingerprint;
    const role = sections[0].setup === "passive" ? "server" : "client";
    await transport.connect({ dtlsParameters: { role, fingerprints: [{ algorithm: type.toLowerCase(), value: hash.toUpperCase() }] } });
    const { tap, rtx } = await this.place.ready;
    for (const [at, kind] of EACH.entries()) {
      const pair = sections[at].ssrcGroups?.find((each) => each.semantics === "FID")?.ssrcs.split(" ").map(Number);
      const [ssrc, second] = pair ?? [Number(sections[at].ssrcs?.[0].id) || undefined];
      const producer = await transport.produce({
        kind,
        rtpParameters: {
          mid: OWN[kind], headerExtensions: [MID, WIDE], rtcp: { reducedSize: true },
          codecs: [{ payloadType: KINDS[kind].type, ...KINDS[kind].codec }, ...(second ? [again(rtx)] : [])],
          encodings: [{ ...(ssrc && { ssrc }), ...(second && { rtx: { ssrc: second } }) }],
        },
      });
      producer.on("trace", ({ info }) => this.closed || this.onReport(kind, senderReport(info)));
      await producer.enableTraceEvent(["sr"]);
      // Whatever passes to whom: all that came goes to the room once, which writes down what may be written down.
      const tapped = await tap.consume({ producerId: producer.id, rtpCapabilities: takes(rtx), enableRtx: false });
      tapped.on("rtp", (data) => {
        if (ssrc) data.writeUInt32BE(ssrc, 8);
        if (!this.closed) this.onPacket(kind, { serialize: () => data });
      });
      this.#producers[kind] = producer;
      this.#tapped[kind] = tapped;
    }
    if (this.closed) return;
    this.place.sources.set(this.person, this);
    for (const other of this.place.links) if (other.slots.has(this.person)) other.#negotiate();
  }

  answered(turn, sdp) {
    if (this.#answer?.turn !== turn) return false;
    this.#answer.resolve(sdp);
    return true;
  }

  async candidate() {
    // The worker waits to be spoken to, and learns the device's address by that.
  }

  forward() {
    // The worker does.
  }

  interrupt() {
    // What goes on again begins with a key frame, which the worker asks for.
  }

  lets(person, kind, passes) {
    const way = this.slots.get(person)?.[kind];
    if (!way) return;
    const now = passes && way.ready;
    if (!way.consumer || way.consumer.closed || way.passes === now) return;
    way.passes = now;
    // Taken up by the worker in the order in which it is said; `settled` waits for that.
    way.consumer[now ? "resume" : "pause"]().catch((error) => way.consumer.closed || this.closed || console.error(`consumer: ${error.message}`));
  }

  askKeyFrame() {
    const { video } = this.#tapped;
    if (video && !video.closed) video.requestKeyFrame().catch(() => {});
  }

  lost() {
    if (!this.closed) this.onState("failed");
  }

  async close() {
    if (this.closed) return;
    this.closed = true;
    this.#answer?.reject(new Error("closed"));
    if (this.place.sources.get(this.person) === this) this.place.sources.delete(this.person);
    this.soup.leaves(this, this.place);
    const transport = await this.#begun.catch(() => null);
    transport?.close();
  }
}

export class Soup {
  name = "mediasoup";
  #workers = [];
  #places = new Map(); // hearing → { links, sources, ready, at }
  #next = 0;
  #ended = 0;

  /** Loads the libraries and starts the first worker; throws where one of them is missing or does not run. */
  static async start(config) {
    const soup = new Soup();
    soup.config = config;
    const load = createRequire(join(config.mediasoup, "package.json"));
    // The worker is started with what this process has: the court's settings and secrets are none of its business.
    for (const name of Object.keys(process.env)) if (name.startsWith("ODR_")) delete process.env[name];
    const said = (where, what) => console.error(`${where}: ${what}`);
    try {
      soup.library = load("mediasoup");
      soup.parse = load("sdp-transform").parse;
      soup.library.setLogEventListeners({ onwarn: said, onerror: said });
      await soup.#worker(0);
    } catch (error) {
      throw new WrongSetting(`ODR_MEDIASOUP_DIR=${config.mediasoup}: no mediasoup that runs (tools/media_worker/make.py makes one): ${error.message}`);
    }
    return soup;
  }

  #worker(at) {
    this.#workers[at] ??= this.#startWorker(at);
    return this.#workers[at];
  }

  async #startWorker(at) {
    // One that ends at once again and again must not take the machine with it.
    const wait = this.#ended + AGAIN - Date.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    try {
      const worker = await this.library.createWorker({ logLevel: "warn", disableLiburing: true });
      worker.on("died", (error) => this.#gone(at, error));
      return worker;
    } catch (error) {
      this.#gone(at, error);
      throw error;
    }
  }

  /** A worker ended: whoever was connected by it comes back by a new one. */
  #gone(at, error) {
    console.error(`mediasoup's worker ended: ${error.message}`);
    this.#ended = Date.now();
    this.#workers[at] = undefined;
    const links = [];
    for (const [hearing, place] of this.#places) {
      if (place.at !== at) continue;
      this.#places.delete(hearing);
      links.push(...place.links);
    }
    for (const link of links) link.lost();
  }

  #place(hearing) {
    const known = this.#places.get(hearing);
    if (known) return known;
    const at = this.#next++ % Math.min(availableParallelism(), MOST_WORKERS);
    const place = { at, hearing, links: new Set(), sources: new Map() };
    place.ready = (async () => {
      const worker = await this.#worker(at);
      const router = await worker.createRouter({ mediaCodecs: CODECS });
      const rtx = router.rtpCapabilities.codecs.find((each) => each.mimeType === "video/rtx").preferredPayloadType;
      return { worker, router, rtx, tap: await router.createDirectTransport() };
    })();
    place.ready.catch(() => {});
    this.#places.set(hearing, place);
    return place;
  }

  link(hearing, person, told) {
    return new SoupLink(this, this.#place(hearing), person, told);
  }

  /** The last to go closes the door. */
  leaves(link, place) {
    place.links.delete(link);
    if (place.links.size) return;
    if (this.#places.get(place.hearing) === place) this.#places.delete(place.hearing);
    place.ready.then(({ router }) => router.close(), () => {});
  }

  async settled(hearing) {
    const place = this.#places.get(hearing);
    const there = await place?.ready.catch(() => null);
    if (!there || there.worker.closed) return;
    let late;
    const out = new Promise((done) => (late = setTimeout(done, CONFIRMS, "late")));
    // It does what it is told in order: when this is answered, all before it is done.
    const done = await Promise.race([there.worker.getResourceUsage().catch(() => null), out]);
    clearTimeout(late);
    if (done !== "late" || there.worker.closed) return;
    process.kill(there.worker.pid, "SIGKILL");
    await new Promise((ended) => there.worker.on("died", ended));
  }
}
