// The court's own way into the room: orders, state and events, over a Unix socket or loopback, under the court's secret.
import { createServer } from "node:http";
import { chmodSync, unlinkSync } from "node:fs";
import { Hearing, NAME, QUIET, Refused } from "./hearing.mjs";
import { derived, sameBytes } from "./tickets.mjs";

const LARGEST = 64 * 1024;
export const LOOKED_FOR = 31 * 24 * 3_600_000; // a day longer than the court asks for the recording of a hearing that is over

async function body(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LARGEST) throw new Refused("too_large", 413);
    parts.push(part);
  }
  const said = parts.length ? JSON.parse(Buffer.concat(parts).toString("utf8")) : {};
  if (said === null || typeof said !== "object" || Array.isArray(said)) throw new Refused("no_object", 400);
  return said;
}

function found(house, name) {
  const hearing = house.hearings.get(name);
  if (!hearing) throw new Refused("not_open", 404);
  return hearing;
}

/** The court is there for a hearing: it asks how that stands, or orders something. A program that writes captions decides nothing. */
function heard(house, name, what) {
  if (!QUIET.has(what)) house.hearings.get(name)?.heardCourt();
}

/** The hearing that is open, or opened now. Orders to open that come meanwhile wait for the same: two that looked through its
 *  folder at once would each give a piece that was cut off a last link of its own. */
function opened(house, name) {
  const old = house.hearings.get(name);
  if (old && !old.closed) return old;
  if (!house.opening.has(name)) house.opening.set(name, restored(house, name, old).finally(() => house.opening.delete(name)));
  return house.opening.get(name);
}

async function restored(house, name, old) {
  // It may still be writing the last link of what it had.
  await old?.orders;
  const hearing = new Hearing(name, house);
  await hearing.restore();
  hearing.events = old?.events ?? [];
  house.hearings.set(name, hearing);
  return hearing;
}

/** A closed hearing of which the court has everything: the room knows of it no more. What it recorded lies on the disk, where OPEN finds it. */
async function forget(house, name) {
  const hearing = house.hearings.get(name);
  if (hearing && !hearing.closed) throw new Refused("still_open");
  // It may still be writing its last link, which a room that is told to stop waits for.
  await hearing?.orders;
  // Meanwhile it may have been opened anew.
  if (hearing && house.hearings.get(name) === hearing) house.hearings.delete(name);
  return { at: Date.now(), media_ms: 0, segment: null };
}

/** Forget what was closed so long ago that the court looks for it no more: its word that it has everything was lost on the way. */
export async function forgetOld(house, now) {
  for (const [name, hearing] of house.hearings) if (hearing.closed && now - hearing.closedAt > LOOKED_FOR) await forget(house, name);
}

async function answer(house, request) {
  const url = new URL(request.url, "http://media");
  const [, top, name, what] = url.pathname.split("/");
  if (request.method === "GET" && url.pathname === "/health") return house.health();
  if (top !== "hearings" || !NAME.test(name ?? "")) throw new Refused("unknown_address", 404);
  heard(house, name, what);
  if (request.method === "GET" && what === undefined) return found(house, name).state();
  if (request.method === "GET" && what === "events") {
    const after = Number(url.searchParams.get("after") ?? 0);
    return { events: (house.hearings.get(name)?.events ?? []).filter((each) => each.number > after).slice(0, 500) };
  }
  if (request.method !== "POST") throw new Refused("unknown_address", 404);
  const given = await body(request);
  if (what === "forget") return forget(house, name);
  const hearing = what === "open" ? await opened(house, name) : found(house, name);
  return hearing.order(what, given);
}

/** The server once it listens at this address; fails where it cannot: a room that nobody reaches must end, and be started anew. */
export function listening(server, ...address) {
  return new Promise((ready, failed) => {
    server.once("error", failed);
    server.listen(...address, () => {
      server.off("error", failed);
      ready(server);
    });
  });
}

/** Serve the court's orders until the process ends. */
export function serveControl(house) {
  const word = Buffer.from(`Bearer ${derived(house.config.secret, "control").toString("hex")}`);
  const server = createServer(async (request, response) => {
    let [status, said] = [200, null];
    try {
      if (!sameBytes(Buffer.from(request.headers.authorization ?? ""), word)) throw new Refused("not_the_court", 403);
      said = await answer(house, request);
    } catch (error) {
      [status, said] = error instanceof Refused ? [error.status, { why: error.why }] : [500, { why: error.message }];
      if (status === 500) console.error(error);
    }
    response.writeHead(status, { "Content-Type": "application/json", Connection: "close" });
    response.end(JSON.stringify(said));
  });
  const address = house.config.control;
  if (address.startsWith("unix:")) {
    const path = address.slice(5);
    try {
      unlinkSync(path);
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    // Only this user and its group may speak to the room, not even for a moment anybody else.
    const before = process.umask(0o117);
    return listening(server, path).then(() => {
      process.umask(before);
      chmodSync(path, 0o660);
      return server;
    });
  }
  const { hostname, port } = new URL(address);
  return listening(server, Number(port), hostname.replace(/[[\]]/g, ""));
}
