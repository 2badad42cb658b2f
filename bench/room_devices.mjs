// Devices for bench/room.py: node --experimental-websocket room_devices.mjs VENDOR URL ORIGIN TICKET... Each enters, sends 50 packets of
// sound (80 bytes) and 50 of picture (1,000 bytes) a second, and takes what comes. A line on stdin is answered by the packets so far.
import { createInterface } from "node:readline";

const [vendor, url, origin, ...tickets] = process.argv.slice(2);
const { RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket, useNACK, usePLI, useSdesMid, useTransportWideCC, useTWCC } = await import(vendor);
const sent = { audio: 0, video: 0 };
let [received, connected] = [0, 0];
const codecs = {
  audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2, payloadType: 111, rtcpFeedback: [useTWCC()] })],
  video: [new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90_000, payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useTWCC()] })],
};
const bodies = { audio: Buffer.alloc(80, 1), video: Buffer.concat([Buffer.from([0x10, 0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xb4, 0]), Buffer.alloc(989)]) };

function enter(ticket, number) {
  const socket = new WebSocket(url, { headers: { origin } });
  const extensions = () => [useSdesMid(), useTransportWideCC()];
  const peer = new RTCPeerConnection({ codecs, headerExtensions: { audio: extensions(), video: extensions() }, iceServers: [], bundlePolicy: "max-bundle", iceAdditionalHostAddresses: ["127.0.0.1"] });
  const own = ["audio", "video"].map((kind) => peer.addTransceiver(kind, { direction: "sendonly" }));
  peer.onTransceiverAdded.subscribe((way) => way.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(() => (received += 1))));
  peer.connectionStateChange.subscribe((state) => {
    if (state !== "connected") return;
    connected += 1;
    const at = { audio: 0, video: 0 };
    setInterval(() => {
      for (const { kind, sender } of own) {
        const n = (at[kind] += 1);
        const header = new RtpHeader({ marker: true, sequenceNumber: n & 0xffff, timestamp: (n * (kind === "audio" ? 960 : 1800)) >>> 0, payloadOffset: 12 });
        sender.sendRtp(new RtpPacket(header, bodies[kind]));
        sent[kind] += 1;
      }
    }, 20);
  });
  const say = (message) => socket.send(JSON.stringify(message));
  peer.onIceCandidate.subscribe((candidate) => candidate && say({ type: "candidate", candidate: candidate.toJSON?.() ?? candidate }));
  socket.onopen = () => say({ type: "enter", ticket, device: `d${number}` });
  let work = Promise.resolve();
  const then = (what) => (work = work.then(what).catch((error) => console.error(error.message)));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "in") for (const type of ["microphone", "camera"]) say({ type, on: true });
    if (message.type === "candidate") then(() => peer.addIceCandidate(message.candidate));
    if (message.type === "offer") {
      then(async () => {
        await peer.setRemoteDescription({ type: "offer", sdp: message.sdp });
        await peer.setLocalDescription(await peer.createAnswer());
        say({ type: "answer", turn: message.turn, sdp: peer.localDescription.sdp });
      });
    }
  };
}

// One after the other, as people come: all at once their keys would be made at the same moment.
tickets.forEach((ticket, number) => setTimeout(enter, 700 * number, ticket, number));
process.on("uncaughtException", (error) => console.error("uncaught", error.message));
createInterface({ input: process.stdin }).on("line", () => console.log(JSON.stringify({ connected, sent: sent.audio + sent.video, received })));
