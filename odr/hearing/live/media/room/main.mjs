// The court's media room: node main.mjs, with the settings of settings.mjs, until told to stop.
import { createServer } from "node:http";
import { mkdirSync } from "node:fs";
import { forgetOld, listening, serveControl } from "./control.mjs";
import { Device } from "./device.mjs";
import { Werift } from "./media.mjs";
import { settings, WrongSetting } from "./settings.mjs";
import { Soup } from "./soup.mjs";
import { Tickets } from "./tickets.mjs";
import { WebSocketServer } from "./vendor/third-party.mjs";

const MOST_DEVICES = 2_000;
const EACH = 1_000; // milliseconds from one look at everybody to the next
const LARGEST = 256 * 1024; // bytes of a message: an answer to an offer with many people

class House {
  hearings = new Map();
  opening = new Map(); // name → the hearing, while its folder is looked through
  devices = new Set();

  constructor(config, media) {
    Object.assign(this, { config, media });
    this.began = Date.now();
    this.tickets = new Tickets(config.secret, this.began, config.name);
    // Numbers of events go on across restarts: they begin at the time.
    let number = this.began * 1000;
    this.numbers = { next: () => ++number };
  }

  #looked = performance.now();

  /** How many milliseconds it is too late for the next look at everybody: for so long the process itself stood still. */
  late() {
    return Math.max(0, performance.now() - this.#looked - EACH);
  }

  /** Look at everybody. What came while the process stood still it has not heard yet: that time is nobody's silence. */
  look(count) {
    const slept = this.late();
    this.#looked = performance.now();
    if (slept > EACH) console.error(`the room itself stood still for ${Math.round(slept)} ms`);
    for (const device of this.devices) device.tick(slept);
    for (const hearing of this.hearings.values()) if (!hearing.closed) hearing.tick(count, slept);
  }

  health() {
    return {
      since: this.began, at: Date.now(), driver: this.media.name, name: this.config.name, hearings: [...this.hearings.values()].filter((each) => !each.closed).length,
      remembered: this.hearings.size, people: this.devices.size, recording: [...this.hearings.values()].filter((each) => each.recorder?.running).length,
      memory: process.memoryUsage().rss,
    };
  }
}

function serveDevices(house) {
  const { listen, origin } = house.config;
  const server = createServer((_, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    // Another page in the same browser must not open the room; a program of somebody's own needs a ticket all the same.
    if (request.headers.origin !== origin || house.devices.size >= MOST_DEVICES) {
      return socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const device = new Device(opened, house);
      house.devices.add(device);
      opened.on("close", () => house.devices.delete(device));
    });
  });
  return listening(server, listen.port, listen.host);
}

async function stop(house) {
  // What was heard until now is closed in order: a room that is told to stop leaves no gap of its own making.
  for (const hearing of house.hearings.values()) await hearing.stopRecording().catch((error) => console.error(error.message));
  process.exit(0);
}

async function main() {
  const config = settings(process.env);
  const house = new House(config, config.mediasoup ? await Soup.start(config) : new Werift(config));
  mkdirSync(house.config.folder, { recursive: true, mode: 0o750 });
  let count = 0;
  setInterval(() => {
    count += 1;
    house.look(count);
    if (count % 3_600 === 0) forgetOld(house, Date.now());
  }, EACH);
  process.on("SIGTERM", () => stop(house));
  process.on("SIGINT", () => stop(house));
  // A packet that a library trips over must not end everybody's hearing; what it was is said.
  process.on("uncaughtException", (error) => console.error("uncaught", error));
  process.on("unhandledRejection", (error) => console.error("unhandled", error));
  await serveDevices(house);
  await serveControl(house);
  console.log(`media room: ${house.config.listen.host}:${house.config.listen.port}, orders at ${house.config.control}`);
}

main().catch((error) => {
  console.error(error instanceof WrongSetting ? error.message : error);
  process.exit(1);
});
