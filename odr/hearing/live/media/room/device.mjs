// One browser at the door: its ticket, what it says, what it is told, and whether it still answers.
import { relay } from "./tickets.mjs";

const KNOCKS = 5_000; // to show a ticket
const ANSWERS = 3_500; // without a sign of life for so long, a device is lost
// Seconds from the answer until the connection for sound and picture stands. A handshake has no end of its own: while ICE checks and DTLS
// repeats itself the state is "connecting", and becomes "failed" only where one of them gives up (WebRTC 1.0, RTCPeerConnectionState).
const CONNECTS = 12;
const TALKS = 60; // messages a second
const UNREAD = 8 * 2 ** 20; // bytes that wait for a device which does not read
const TO_THE_ISOLATED = new Set(["in", "alive", "isolated", "removed", "closed", "again", "refused"]);

export class Device {
  person = null;
  media = null;
  nonce = null;
  #hearing = null;
  #alive = performance.now();
  #said = { second: 0, count: 0 };
  #last = new Map();
  #ended = false;

  constructor(socket, house) {
    Object.assign(this, { socket, house });
    const late = setTimeout(() => this.#refuse("no_ticket"), KNOCKS);
    socket.on("message", (data, binary) => {
      if (this.#ended) return;
      this.#alive = performance.now();
      try {
        if (binary) throw new Error("not text");
        const message = JSON.parse(data.toString("utf8"));
        if (this.person) this.#hears(message);
        else {
          clearTimeout(late);
          this.#enter(message);
        }
      } catch (error) {
        // A device that does not speak the room's language is shown out, whoever wrote its program.
        console.error(`device: ${error.message}`);
        this.#ended = true;
        socket.close(1008);
        this.#leave("shown_out");
      }
    });
    socket.on("pong", () => (this.#alive = performance.now()));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(late);
      this.#leave("closed");
    });
  }

  #enter(message) {
    if (message.type !== "enter" || typeof message.device !== "string" || message.device.length > 64) return this.#refuse("foreign");
    const { why, said } = this.house.tickets.use(message.ticket, Date.now());
    const hearing = said && this.house.hearings.get(said.hearing);
    if (why) {
      hearing?.refused(said.person, why);
      return this.#refuse(why);
    }
    if (!hearing) return this.#refuse("not_open");
    this.nonce = message.device;
    this.#hearing = hearing;
    const out = hearing.enters(said, this);
    if (out) {
      hearing.refused(said.person, out);
      this.#refuse(out);
    }
  }

  #refuse(why) {
    this.tell({ type: "refused", why });
    this.#ended = true;
    this.socket.close(4000);
  }

  welcome(person) {
    const { turn, turnSecret } = this.house.config;
    this.tell({
      type: "in", person: person.person, room: person.room, admitted: person.admitted, ice: person.isolated ? [] : relay(turn, turnSecret, Date.now()),
    });
  }

  #hears(message) {
    const second = Math.floor(Date.now() / 1000);
    if (this.#said.second !== second) this.#said = { second, count: 0 };
    if (++this.#said.count > TALKS) throw new Error("too many messages");
    const [hearing, person] = [this.#hearing, this.person];
    switch (message.type) {
      case "answer":
        if (!this.media?.answered(message.turn, String(message.sdp))) break;
        this.#answered = message.turn;
        if (!this.#connected && !this.#connects) this.#connects = CONNECTS;
        break;
      case "media_again":
        // Of the connection that there is now, and at the next look at everybody, however often it is asked for.
        this.#asksAnew = this.#answered !== null && message.turn === this.#answered;
        break;
      case "candidate":
        this.media?.candidate(message.candidate).catch((error) => console.error(`candidate: ${error.message}`));
        break;
      case "microphone":
        hearing.turned(person, "audio", message.on === true);
        break;
      case "camera":
        hearing.turned(person, "video", message.on === true);
        break;
      case "hand":
        hearing.hand(person, message.up === true);
        break;
      case "listen":
        hearing.listens(person, typeof message.to === "string" ? message.to : null);
        break;
      case "page_shown":
        hearing.shown(person, message.number);
        break;
      case "leave":
        this.#leave("left");
        this.socket.close(1000);
        break;
      default:
        throw new Error("unknown message");
    }
  }

  /** Say something to the device. With `once`, only if it differs from the last of that kind. */
  tell(message, once) {
    if (this.#ended || this.socket.readyState !== 1) return;
    // Whatever the code above does: one who is isolated is told that and nothing else.
    if (this.person?.isolated && !TO_THE_ISOLATED.has(message.type)) return;
    const text = JSON.stringify(message);
    if (once && this.#last.get(once) === text) return;
    if (once) this.#last.set(once, text);
    this.socket.send(text);
    if (this.socket.bufferedAmount > UNREAD) {
      // Not now: whoever says something to everybody goes through them all.
      this.#ended = true;
      setImmediate(() => {
        this.#leave("too_slow");
        this.socket.terminate();
      });
    }
  }

  openMedia(others) {
    if (this.#ended) return;
    if (!this.media) {
      const [hearing, person] = [this.#hearing, this.person];
      const link = this.house.media.link(hearing.name, person.person, {
        tell: (message) => this.media === link && this.tell(message),
        onPacket: (kind, packet) => hearing.packet(person, kind, packet),
        onReport: (kind, packet) => hearing.report(person, kind, packet),
        onReady: () => hearing.gate(),
        wantsKeyFrame: (other) => hearing.people.get(other)?.device?.askKeyFrame(),
        onState: (state) => {
          if (state === "connected" && this.media === link) [this.#connected, this.#connects] = [true, 0];
          if (state === "connected") for (const other of link.slots.keys()) hearing.people.get(other)?.device?.askKeyFrame();
          if (state === "failed" && this.media === link) this.#mediaLost();
        },
      });
      this.media = link;
    }
    this.media.reaches(others);
  }

  /** The connection for sound and picture is begun anew; the device is told that it will be. */
  #mediaLost() {
    this.closeMedia(true);
    this.#hearing.reconcile();
  }

  closeMedia(again = false) {
    if (!this.media) return;
    const link = this.media;
    this.media = null;
    [this.#connected, this.#connects, this.#answered, this.#asksAnew] = [false, 0, null, false];
    link.close().catch((error) => console.error(`closing media: ${error.message}`));
    if (!this.person?.isolated) this.tell({ type: "media_closed", again });
  }

  #connected = false;
  #connects = 0; // seconds left for the connection to stand; 0 while there is nothing to wait for
  #answered = null; // the last offer that was answered
  #asksAnew = false;

  #asked = 0;
  #ticks = 0;

  askKeyFrame() {
    if (Date.now() - this.#asked < 500) return;
    this.#asked = Date.now();
    this.media?.askKeyFrame();
  }

  /** Each second; `slept` is how many milliseconds the room itself stood still before it. */
  tick(slept) {
    const now = performance.now();
    this.#alive = Math.min(now, this.#alive + slept);
    if (now - this.#alive > ANSWERS) {
      this.#leave("no_answer");
      this.socket.terminate();
      return;
    }
    if (this.socket.readyState !== 1) return;
    if (this.#asksAnew) this.#mediaLost();
    else if (this.#connects && --this.#connects === 0) {
      console.error(`${this.#hearing.name}: no connection with ${this.person?.person} in ${CONNECTS} seconds; it is begun anew`);
      this.#mediaLost();
    }
    this.socket.ping();
    // A page does not see pings: so that it notices as soon as we do when nothing comes through any more.
    if (++this.#ticks % 2 === 0) this.tell({ type: "alive" });
  }

  /** The same browser came in again by another connection. */
  replaced() {
    this.closeMedia();
    this.person = null;
    this.end({ type: "refused", why: "replaced" });
  }

  end(message) {
    this.tell(message);
    this.#ended = true;
    this.socket.close(4000);
    this.#leave("ended");
  }

  #leave(why) {
    const { person } = this;
    this.closeMedia();
    if (!person) return;
    this.person = null;
    this.#hearing.gone(this, why, person);
  }
}
