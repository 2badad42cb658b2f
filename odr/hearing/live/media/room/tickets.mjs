// Tickets that the court signs: each opens one door of one hearing to one person, once, within a minute.
import { createHmac, timingSafeEqual } from "node:crypto";

/** Key for one purpose; `derived` of control.py is the same. */
export function derived(secret, purpose) {
  return createHmac("sha256", secret).update(`odr media room: ${purpose}`).digest();
}

export function sameBytes(one, other) {
  return one.length === other.length && timingSafeEqual(one, other);
}

const SKEW = 5_000; // how far the court's machine may be ahead of this one

export class Tickets {
  #key;
  #began;
  #host;
  #used = new Map();

  constructor(secret, began, host) {
    // A ticket for another media host opens nothing here, though the court's secret is the same.
    this.#host = host;
    this.#key = derived(secret, "ticket");
    // What was used before this process began is not remembered: a ticket from then opens nothing.
    this.#began = began;
  }

  /** What a ticket says, and it is used from now on; or { why, said }, `said` only where the court's signature holds. */
  use(text, now) {
    const [body, mark, more] = String(text).split(".");
    const mac = createHmac("sha256", this.#key).update(body ?? "").digest();
    if (more !== undefined || !sameBytes(Buffer.from(mark ?? "", "base64url"), mac)) return { why: "foreign" };
    const said = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
    if (said.host !== this.#host) return { why: "foreign", said };
    if (now > said.until || said.from < this.#began - SKEW || said.from > now + SKEW) return { why: "expired", said };
    for (const [once, until] of this.#used) if (until + SKEW < now) this.#used.delete(once);
    if (this.#used.has(said.once)) return { why: "used", said };
    this.#used.set(said.once, said.until);
    return { said };
  }
}

/** A way through the relay for one device, which ends by itself (coturn's use-auth-secret). */
export function relay(urls, secret, now) {
  if (!urls.length || !secret) return [];
  const username = `${Math.floor(now / 1000) + 12 * 3600}:live`;
  return [{ urls, username, credential: createHmac("sha1", secret).update(username).digest("base64") }];
}
