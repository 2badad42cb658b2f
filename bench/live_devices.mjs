// Devices for bench/live_room.py: eight people in one process, so that one clock says how long a packet was on its way.
//
//   node --experimental-websocket live_devices.mjs room VENDOR URL ORIGIN TICKET...     by the media room
//   node live_devices.mjs bare PORT COUNT                                               by a bare forwarder of UDP at PORT
//   node live_devices.mjs forwarder COUNT                                               that forwarder; prints its port
//
// Two speak (50 packets of 80 bytes a second), everybody shows themselves (15 packets of 1,000 bytes). "go" on stdin begins, "hold"
// ends and prints what was sent, what came, and how long it took: the median and the ninety-ninth of a hundred, in milliseconds.
import dgram from "node:dgram";
import { createInterface } from "node:readline";

const [mode, ...given] = process.argv.slice(2);
const SPEAKERS = 2;
const bodies = { audio: Buffer.alloc(80, 1), video: Buffer.concat([Buffer.from([0x10, 0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xb4, 0]), Buffer.alloc(989)]) };
let [going, sent, connected, delays] = [false, 0, 0, []];

/** A body that says when it left. */
function stamped(kind) {
  const body = Buffer.from(bodies[kind]);
  body.writeDoubleBE(performance.now(), body.length - 8);
  return body;
}

function came(payload) {
  if (going) delays.push(performance.now() - payload.readDoubleBE(payload.length - 8));
}

/** Send as one person does; `out(kind, body)` sends. */
function speaks(number, out) {
  const send = (kind) => {
    if (!going) return;
    out(kind, stamped(kind));
    sent += 1;
  };
  if (number < SPEAKERS) setInterval(send, 20, "audio");
  setInterval(send, 1_000 / 15, "video");
}

async function room(vendor, url, origin, ...tickets) {
  const { RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket, useNACK, usePLI, useSdesMid, useTransportWideCC, useTWCC } = await import(vendor);
  const codecs = {
    audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2, payloadType: 111, rtcpFeedback: [useTWCC()] })],
    video: [new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90_000, payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useTWCC()] })],
  };
  // One after the other, as people come: whoever is being connected is not offered somebody new at the same moment.
  for (const [number, ticket] of tickets.entries()) {
    let there;
    const isThere = new Promise((done) => (there = done));
    const socket = new WebSocket(url, { headers: { origin } });
    const extensions = () => [useSdesMid(), useTransportWideCC()];
    const headerExtensions = { audio: extensions(), video: extensions() };
    const peer = new RTCPeerConnection({ codecs, headerExtensions, iceServers: [], bundlePolicy: "max-bundle", iceAdditionalHostAddresses: ["127.0.0.1"] });
    const senders = Object.fromEntries(["audio", "video"].map((kind) => [kind, peer.addTransceiver(kind, { direction: "sendonly" }).sender]));
    peer.onTransceiverAdded.subscribe((way) => way.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => came(packet.payload))));
    const count = { audio: 0, video: 0 };
    let begun = false;
    peer.connectionStateChange.subscribe((state) => {
      if (state !== "connected" || begun) return;
      begun = true;
      there();
      connected += 1;
      speaks(number, (kind, body) => {
        const n = (count[kind] += 1);
        const timestamp = (n * (kind === "audio" ? 960 : 6_000)) >>> 0;
        senders[kind].sendRtp(new RtpPacket(new RtpHeader({ marker: true, sequenceNumber: n & 0xffff, timestamp, payloadOffset: 12 }), body));
      });
    });
    const say = (message) => socket.send(JSON.stringify(message));
    peer.onIceCandidate.subscribe((candidate) => candidate && say({ type: "candidate", candidate: candidate.toJSON?.() ?? candidate }));
    socket.onopen = () => say({ type: "enter", ticket, device: `d${number}` });
    let work = Promise.resolve();
    const then = (what) => (work = work.then(what).catch((error) => console.error(error.message)));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "in") {
        if (number < SPEAKERS) say({ type: "microphone", on: true });
        say({ type: "camera", on: true });
      }
      if (message.type === "candidate") then(() => peer.addIceCandidate(message.candidate));
      if (message.type === "offer") {
        then(async () => {
          await peer.setRemoteDescription({ type: "offer", sdp: message.sdp });
          await peer.setLocalDescription(await peer.createAnswer());
          say({ type: "answer", turn: message.turn, sdp: peer.localDescription.sdp });
        });
      }
    };
    await isThere;
  }
}

/** Each person has a socket; the first packet of each says that they are there. */
function bare(port, count) {
  for (let number = 0; number < count; number += 1) {
    const socket = dgram.createSocket("udp4");
    socket.on("message", came);
    socket.bind(0, "127.0.0.1", () => {
      socket.send(Buffer.alloc(8), port, "127.0.0.1");
      connected += 1;
      speaks(number, (_, body) => socket.send(body, port, "127.0.0.1"));
    });
  }
}

/** Everything to everybody else, and nothing looked at. */
function forwarder() {
  const socket = dgram.createSocket("udp4");
  const people = new Set();
  socket.on("message", (data, { port }) => {
    people.add(port);
    for (const other of people) if (other !== port) socket.send(data, other, "127.0.0.1");
  });
  socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
}

const SAID = {
  go() {
    [going, sent, delays] = [true, 0, []];
    return {};
  },
  hold() {
    going = false;
    const sorted = delays.sort((a, b) => a - b);
    return { sent, received: sorted.length, median: sorted[Math.floor(sorted.length / 2)] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
  },
  connected: () => ({ connected }),
};

if (mode === "forwarder") forwarder();
else {
  createInterface({ input: process.stdin }).on("line", (line) => console.log(JSON.stringify(SAID[line]())));
  if (mode === "room") await room(...given);
  else bare(Number(given[0]), Number(given[1]));
}
process.on("uncaughtException", (error) => console.error("uncaught", error.message));
