// Devices for bench/live_room.py: eight people, or ten times eight, in one process, so that one clock says how long a packet was on its way.
//
//   node --experimental-websocket live_devices.mjs room VENDOR URL ORIGIN               by the media room
//   node live_devices.mjs bare PORT COUNT                                               by a bare forwarder of UDP at PORT
//   node live_devices.mjs forwarder COUNT                                               that forwarder; prints its port
//
// Two speak (50 packets of 80 bytes a second), everybody shows themselves (15 packets of 1,000 bytes). "go" on stdin begins, "hold"
// ends and prints what was sent, what came, and how long it took: the median and the ninety-ninth of a hundred, in milliseconds. By the
// room, "enter all TICKET..." has people of a hearing come before that; "enter first TICKET..." too, of whom the first alone decrypts.
import dgram from "node:dgram";
import { createInterface } from "node:readline";
import { body, devices } from "./device.mjs";

const [mode, ...given] = process.argv.slice(2);
const SPEAKERS = 2;
let [going, sent, connected, counted, delays] = [false, 0, 0, 0, []];
let comes;

/** A body that says when it left. */
function stamped(kind) {
  const made = body(kind);
  made.writeDoubleBE(performance.now(), made.length - 8);
  return made;
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

/** People of one hearing, each by their ticket. The first opens what comes, and knows how long it was on its way; whether the others do is
 *  said by `open`: else they only count it. */
async function enter(open, ...tickets) {
  comes ??= await devices(...given);
  // One after the other, as people come: whoever is being connected is not offered somebody new at the same moment.
  for (const [number, ticket] of tickets.entries()) {
    const opens = open === "all" || number === 0;
    const { send } = await comes({
      ticket, number, sends: number < SPEAKERS ? ["audio", "video"] : ["video"], clock: { audio: 960, video: 6_000 },
      ...(opens ? { onPayload: came } : { onPacket: () => going && (counted += 1) }),
    });
    connected += 1;
    speaks(number, send);
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
    [going, sent, counted, delays] = [true, 0, 0, []];
    return {};
  },
  hold() {
    going = false;
    const sorted = delays.sort((a, b) => a - b);
    return { sent, received: counted + sorted.length, median: sorted[Math.floor(sorted.length / 2)] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
  },
  connected: () => ({ connected }),
  enter(...told) {
    enter(...told);
    return {};
  },
};

if (mode === "forwarder") forwarder();
else {
  createInterface({ input: process.stdin }).on("line", (line) => {
    const [word, ...told] = line.split(" ");
    console.log(JSON.stringify(SAID[word](...told)));
  });
  if (mode === "bare") bare(Number(given[0]), Number(given[1]));
}
process.on("uncaughtException", (error) => console.error("uncaught", error.message));
