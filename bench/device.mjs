// One device of the benches, by the room's own WebRTC library: comes in by a ticket, sends what it is told, takes what comes.
const BODIES = { audio: Buffer.alloc(80, 1), video: Buffer.concat([Buffer.from([0x10, 0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xb4, 0]), Buffer.alloc(989)]) };
const KINDS = ["audio", "video"];
const SOUND_OR_PICTURE = new Set([111, 96]); // payload types; what is sent again or to try the line out has others

/** A packet of sound (80 bytes) or of a picture (1,000 bytes, a key frame), to be written into. */
export const body = (kind) => Buffer.from(BODIES[kind]);

/** Devices of one room: `(await devices(VENDOR, URL, ORIGIN))(told)` is one, connected, with `send(kind, body)`.
 *
 *  `told` has its `ticket` and `number`, what it turns on (`sends`), how far its `clock` goes from one packet of a kind to the next, and
 *  what is called for each packet of sound or picture: `onPayload(payload)`, decrypted as in any device; or, where `onPacket()` is there
 *  instead, none is: after the handshake the device only counts what the wire brings, and says nothing of how it arrived. */
export async function devices(vendor, url, origin) {
  const { RTCPeerConnection, RTCRtpCodecParameters, RtpHeader, RtpPacket, useNACK, usePLI, useSdesMid, useTransportWideCC, useTWCC } = await import(vendor);
  const codecs = {
    audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2, payloadType: 111, rtcpFeedback: [useTWCC()] })],
    video: [new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90_000, payloadType: 96, rtcpFeedback: [useNACK(), usePLI(), useTWCC()] })],
  };

  return ({ ticket, number, sends, clock, onPayload, onPacket }) => new Promise((connected) => {
    const socket = new WebSocket(url, { headers: { origin } });
    const extensions = () => [useSdesMid(), useTransportWideCC()];
    const headerExtensions = { audio: extensions(), video: extensions() };
    const peer = new RTCPeerConnection({ codecs, headerExtensions, iceServers: [], bundlePolicy: "max-bundle", iceAdditionalHostAddresses: ["127.0.0.1"] });
    const senders = Object.fromEntries(KINDS.map((kind) => [kind, peer.addTransceiver(kind, { direction: "sendonly" }).sender]));
    if (onPayload) peer.onTransceiverAdded.subscribe((way) => way.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => onPayload(packet.payload))));
    const count = { audio: 0, video: 0 };
    const send = (kind, payload) => {
      const n = (count[kind] += 1);
      const header = new RtpHeader({ marker: true, sequenceNumber: n & 0xffff, timestamp: (n * clock[kind]) >>> 0, payloadOffset: 12 });
      senders[kind].sendRtp(new RtpPacket(header, payload));
    };
    let begun = false;
    peer.connectionStateChange.subscribe((state) => {
      if (state !== "connected" || begun) return;
      begun = true;
      if (onPacket) {
        const { onData } = peer.dtlsTransports[0].iceTransport.connection;
        onData.allUnsubscribe();
        onData.subscribe((data) => SOUND_OR_PICTURE.has(data[1] & 0x7f) && data[0] >> 6 === 2 && onPacket());
      }
      connected({ send });
    });
    const say = (message) => socket.send(JSON.stringify(message));
    peer.onIceCandidate.subscribe((candidate) => candidate && say({ type: "candidate", candidate: candidate.toJSON?.() ?? candidate }));
    socket.onopen = () => say({ type: "enter", ticket, device: `d${number}` });
    let work = Promise.resolve();
    const then = (what) => (work = work.then(what).catch((error) => console.error(error.message)));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "in") for (const kind of sends) say({ type: kind === "audio" ? "microphone" : "camera", on: true });
      if (message.type === "candidate") then(() => peer.addIceCandidate(message.candidate));
      if (message.type === "offer") {
        then(async () => {
          await peer.setRemoteDescription({ type: "offer", sdp: message.sdp });
          await peer.setLocalDescription(await peer.createAnswer());
          say({ type: "answer", turn: message.turn, sdp: peer.localDescription.sdp });
        });
      }
    };
  });
}
