// The media connection of one device, by werift: what it sends comes in here, what others send goes out by slots.
//
// There are two drivers, this one and soup.mjs, and the rest of the room knows no difference. A driver has `name`,
// `link(hearing, person, told)` for one device's connection, and `settled(hearing)`, which ends when all that was said of
// who may get what holds. A connection says what came by `told` and hears:
//   reaches(persons)             make a way to the device for each of them; those it had before keep theirs
//   lets(person, kind, passes)   whether that person's sound or picture may pass to the device from now on
//   forward(person, kind, packet, askKeyFrame)   a packet that may pass, where the driver does not forward by itself
//   interrupt(person)            what follows of them begins anew at the receiver: a picture with a key frame
//   answered(turn, sdp)          whether that is an answer to the last offer, which is then taken
//   askKeyFrame(), candidate(candidate), close(); and `slots`: the persons there is a way for
import {
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
  useNACK,
  usePLI,
  useSdesMid,
  useTransportWideCC,
  useTWCC,
} from "./vendor/third-party.mjs";

const ANSWERS = 10_000; // an offer that was not answered for so long is made again
const CLOCK = { audio: 48_000, video: 90_000 };

let turns = 0; // an answer to an offer of a connection that was closed is none to another's

const codecs = () => ({
  audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2, payloadType: 111, rtcpFeedback: [useTWCC()] })],
  video: [
    new RTCRtpCodecParameters({
      mimeType: "video/VP8", clockRate: 90_000, payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useTWCC()],
    }),
  ],
});

/** Whether a VP8 packet (RFC 7741) begins a key frame. */
export function beginsKeyFrame(payload) {
  if (payload.length < 2 || !(payload[0] & 0x10) || payload[0] & 0x07) return false;
  let at = 1;
  if (payload[0] & 0x80) {
    const more = payload[at++];
    if (more & 0x80) at += payload[at] & 0x80 ? 2 : 1;
    if (more & 0x40) at += 1;
    if (more & 0x30) at += 1;
  }
  return at < payload.length && !(payload[at] & 0x01);
}

/** One person's sound or picture on its way to one device: numbers go on without a break, whatever was held back. */
class Slot {
  constructor(transceiver, kind) {
    Object.assign(this, { transceiver, kind, ssrc: null, lastSeq: null, lastTime: 0, lastAt: 0, broken: true });
  }

  /** After this, the stream begins anew at the receiver: a picture with a key frame. */
  interrupt() {
    this.broken = true;
  }

  forward(packet, askKeyFrame) {
    const { header, payload } = packet;
    if (header.ssrc !== this.ssrc) this.broken = true;
    if (this.broken) {
      if (this.kind === "video" && !beginsKeyFrame(payload)) return askKeyFrame();
      const passed = Math.round(((Date.now() - this.lastAt) / 1000) * CLOCK[this.kind]);
      this.seqShift = this.lastSeq === null ? 0 : (this.lastSeq + 1 - header.sequenceNumber) & 0xffff;
      this.timeShift = this.lastSeq === null ? 0 : (this.lastTime + passed - header.timestamp) >>> 0;
      this.ssrc = header.ssrc;
      this.broken = false;
      this.brokeAt = header.sequenceNumber;
      this.since = 0;
    }
    // What belongs before the break and comes late would repeat a number that is taken.
    if (this.since++ < 0x1000 && ((header.sequenceNumber - this.brokeAt) & 0xffff) > 0xe000) return;
    const sequenceNumber = (header.sequenceNumber + this.seqShift) & 0xffff;
    const timestamp = (header.timestamp + this.timeShift) >>> 0;
    if (this.lastSeq === null || ((sequenceNumber - this.lastSeq) & 0xffff) < 0x8000) {
      this.lastSeq = sequenceNumber;
      this.lastTime = timestamp;
      this.lastAt = Date.now();
    }
    // The sender writes into the header: everybody gets one of their own, without the extensions of the source.
    this.transceiver.sender.sendRtp(
      new RtpPacket(new RtpHeader({ marker: header.marker, sequenceNumber, timestamp, payloadOffset: 12 }), payload),
    );
  }
}

class MediaLink {
  slots = new Map(); // person → { audio: Slot, video: Slot }
  closed = false;
  #queue = Promise.resolve();
  #answer = null;
  #turn = 0;
  #sources = new Map(); // kind → { ssrc, receiver }

  /** `tell(message)` goes to the device; `onPacket(kind, packet)`, `onReport(kind, packet)` for what comes from it;
   *  `wantsKeyFrame(person)` when the device needs one of them. */
  constructor({ addresses, ports }, { tell, onPacket, onReport, wantsKeyFrame, onState }) {
    Object.assign(this, { tell, onPacket, onReport, wantsKeyFrame });
    const extensions = () => [useSdesMid(), useTransportWideCC()];
    this.peer = new RTCPeerConnection({
      codecs: codecs(),
      headerExtensions: { audio: extensions(), video: extensions() },
      iceServers: [],
      iceAdditionalHostAddresses: addresses.length ? addresses : undefined,
      icePortRange: ports,
      iceUseIpv6: addresses.some((each) => each.includes(":")),
      bundlePolicy: "max-bundle",
    });
    this.peer.onIceCandidate.subscribe((candidate) => {
      if (candidate && !this.closed) this.tell({ type: "candidate", candidate: candidate.toJSON?.() ?? candidate });
    });
    this.peer.connectionStateChange.subscribe(onState);
    for (const kind of ["audio", "video"]) this.#takes(kind);
  }

  #takes(kind) {
    const transceiver = this.peer.addTransceiver(kind, { direction: "recvonly" });
    transceiver.onTrack.subscribe((track) => {
      this.#sources.set(kind, { ssrc: track.ssrc, receiver: transceiver.receiver });
      track.onReceiveRtp.subscribe((packet) => this.closed || this.onPacket(kind, packet));
      track.onReceiveRtcp.subscribe((packet) => this.closed || this.onReport(kind, packet));
    });
  }

  /** Make a way to the device for each of these persons; those it had before keep theirs. */
  reaches(persons) {
    const missing = persons.filter((person) => !this.slots.has(person));
    for (const person of missing) {
      const slots = {};
      for (const kind of ["audio", "video"]) {
        const transceiver = this.peer.addTransceiver(kind, { direction: "sendonly" });
        transceiver.sender.streamIds = [person];
        slots[kind] = new Slot(transceiver, kind);
        if (kind === "video") transceiver.sender.onPictureLossIndication.subscribe(() => this.wantsKeyFrame(person));
      }
      this.slots.set(person, slots);
    }
    if (missing.length || !this.#turn) this.#negotiate();
  }

  #negotiate() {
    this.#queue = this.#queue.then(() => this.#offer()).catch((error) => this.closed || console.error(`negotiation: ${error.message}`));
  }

  async #offer() {
    if (this.closed) return;
    const turn = (this.#turn = ++turns);
    const answered = new Promise((resolve, reject) => {
      this.#answer = { turn, resolve, reject };
    });
    await this.peer.setLocalDescription(await this.peer.createOffer());
    if (this.closed) return;
    const sources = {};
    for (const [person, { audio, video }] of this.slots) {
      sources[audio.transceiver.mid] = { person, kind: "audio" };
      sources[video.transceiver.mid] = { person, kind: "video" };
    }
    const offering = { type: "offer", turn, sdp: this.peer.localDescription.sdp, sources };
    this.tell(offering);
    // The same once more: a device that is only slow is taken at its first answer, however late that comes.
    const late = setInterval(() => this.tell(offering), ANSWERS);
    try {
      const sdp = await answered;
      if (!this.closed) await this.peer.setRemoteDescription({ type: "answer", sdp });
    } finally {
      clearInterval(late);
    }
  }

  answered(turn, sdp) {
    // Names that only the device's own network can resolve help nobody here; asking for them would hold up what writes to
    // the disk, which shares its threads with the system's resolver.
    const known = sdp.replace(/^a=candidate:.* [\w-]+\.local .*\r?\n/gm, "");
    if (this.#answer?.turn !== turn) return false;
    this.#answer.resolve(known);
    return true;
  }

  async candidate(candidate) {
    // A name that only the device's own network can resolve helps nobody here; the device finds the room by itself.
    if (!candidate?.candidate || candidate.candidate.includes(".local ")) return;
    await this.peer.addIceCandidate(candidate);
  }

  forward(person, kind, packet, askKeyFrame) {
    this.slots.get(person)?.[kind].forward(packet, askKeyFrame);
  }

  lets() {
    // Each packet is asked about when it comes: see Hearing.packet.
  }

  interrupt(person) {
    for (const slot of Object.values(this.slots.get(person) ?? {})) slot.interrupt();
  }

  askKeyFrame() {
    const source = this.#sources.get("video");
    if (source && !this.closed) source.receiver.sendRtcpPLI(source.ssrc);
  }

  async close() {
    if (this.closed) return;
    this.closed = true;
    this.#answer?.reject(new Error("closed"));
    await this.peer.close();
  }
}

export class Werift {
  name = "werift";

  constructor(config) {
    this.config = config;
  }

  link(_hearing, _person, told) {
    return new MediaLink(this.config, told);
  }

  async settled() {
    // What passes is asked at each packet: there is nothing to wait for.
  }
}
