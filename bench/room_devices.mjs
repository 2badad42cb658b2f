// Devices for bench/room.py: node --experimental-websocket room_devices.mjs VENDOR URL ORIGIN TICKET... Each enters, sends 50 packets of
// sound (80 bytes) and 50 of picture (1,000 bytes) a second, and takes what comes. A line on stdin is answered by the packets so far.
import { createInterface } from "node:readline";
import { body, devices } from "./device.mjs";

const [vendor, url, origin, ...tickets] = process.argv.slice(2);
const kinds = ["audio", "video"];
const bodies = Object.fromEntries(kinds.map((kind) => [kind, body(kind)]));
let [sent, received, connected] = [0, 0, 0];
const comes = await devices(vendor, url, origin);

async function enter(ticket, number) {
  const { send } = await comes({ ticket, number, sends: kinds, clock: { audio: 960, video: 1_800 }, onPayload: () => (received += 1) });
  connected += 1;
  setInterval(() => {
    for (const kind of kinds) send(kind, bodies[kind]);
    sent += kinds.length;
  }, 20);
}

// One after the other, as people come: all at once their keys would be made at the same moment.
tickets.forEach((ticket, number) => setTimeout(enter, 700 * number, ticket, number));
process.on("uncaughtException", (error) => console.error("uncaught", error.message));
createInterface({ input: process.stdin }).on("line", () => console.log(JSON.stringify({ connected, sent, received })));
