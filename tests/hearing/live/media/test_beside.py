"""The channel beside the hearing, packet by packet: which of them goes to whom, whatever device somebody has by now."""

from __future__ import annotations

import json
import subprocess

from odr.hearing.live.media.serve import ROOM
from tests.patience import PATIENCE

SEATS = """
const { Hearing } = await import(process.argv[1]);
const numbers = { next: () => 1 };
const hearing = new Hearing("h1", { config: {}, numbers, media: { settled() {} } });
hearing.recorder = { running: 1, ms: 0, segment: 1, write() {}, mark() {} };
class Device {
  got = {};
  constructor(nonce) {
    this.nonce = nonce;
    this.media = { interrupt() {}, lets() {}, forward: (person, kind) => { this.got[`${person}/${kind}`] = (this.got[`${person}/${kind}`] ?? 0) + 1; } };
  }
  tell() {} welcome() {} openMedia() {} closeMedia() {} askKeyFrame() {} replaced() {}
}
const comes = (person, role, nonce) => {
  const device = new Device(nonce);
  const why = hearing.enters({ person, role, rank: "participant", room: "hall" }, device);
  if (why) throw new Error(why);
  const seat = hearing.people.get(person);
  Object.assign(seat, { admitted: true, microphone: true, camera: true });
  return device;
};
const speaks = (person) => {
  for (const kind of ["audio", "video"]) hearing.packet(hearing.people.get(person), kind, { serialize() {} });
};
"""


def told(script: str) -> object:
    """What a short course of the room comes to."""
    room = (ROOM.parent / "hearing.mjs").as_uri()
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SEATS + script, room],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    return json.loads(done.stdout)


def test_a_page_opened_anew_gets_the_original_that_it_shows_as_chosen() -> None:
    """Li chose the interpretation and comes by another device, whose page shows the original: no sound of the interpreter goes
    there before she chooses it again.
    """
    script = """
    comes("mei", "interpreter", "a");
    const before = comes("li", "claimant", "one");
    hearing.listens(hearing.people.get("li"), "mei");
    speaks("mei");
    hearing.gone(before, "left", hearing.people.get("li"));
    const after = comes("li", "claimant", "two");
    speaks("mei");
    const first = { ...after.got };
    hearing.listens(hearing.people.get("li"), "mei");
    speaks("mei");
    console.log(JSON.stringify([before.got, first, after.got]));
    """
    both = {"mei/audio": 1, "mei/video": 1}
    assert told(script) == [both, {"mei/video": 1}, {"mei/video": 2, "mei/audio": 1}]


def test_of_two_interpreters_each_hears_the_one_they_chose() -> None:
    """Mei and Hua interpret into different languages at once: Li gets the one chosen, then the other, never both."""
    script = """
    comes("mei", "interpreter", "a");
    comes("hua", "interpreter", "b");
    const li = comes("li", "claimant", "one");
    const audio = () => {
      for (const each of ["mei", "hua"]) speaks(each);
      const found = [li.got["mei/audio"] ?? 0, li.got["hua/audio"] ?? 0];
      li.got = {};
      return found;
    };
    const all = [audio()];
    for (const chosen of ["mei", "hua", "nobody", null]) {
      hearing.listens(hearing.people.get("li"), chosen);
      all.push(audio());
    }
    console.log(JSON.stringify(all));
    """
    assert told(script) == [[0, 0], [1, 0], [0, 1], [0, 0], [0, 0]]
