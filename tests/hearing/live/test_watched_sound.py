"""What somebody hears who watches a hearing that is interpreted: by the sound itself, two tones measured in the mix."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Page, expect

from odr.app import create_app
from odr.hearing.live.seen.making import make_due
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.test_broadcast import approved
from tests.hearing.live.test_interpreting import appointed
from tests.hearing.live.transcript.spoken import Recording
from tests.hearing.scene import CHEN, DING, HAIYUN, LI
from tests.patience import PATIENCE, until
from tests.peers.browser import OpenContext
from tests.peers.http import serving

HUA = "Hua"
SPEECH_HZ, INTERPRETED_HZ, OTHER_HZ = 468.75, 1_875.0, 3_750.0
"""Tones in the middle of a line of the spectrum."""
ENCODED = """
async ({ hz, seconds }) => {
  const packets = [];
  const encoder = new AudioEncoder({
    output: (chunk) => { const data = new Uint8Array(chunk.byteLength); chunk.copyTo(data); packets.push(btoa(String.fromCharCode(...data))); },
    error: (error) => { throw error; },
  });
  encoder.configure({ codec: "opus", sampleRate: 48000, numberOfChannels: 1, bitrate: 64000 });
  const rate = 48000, each = 960;
  for (let at = 0; at < seconds * rate; at += each) {
    const data = Float32Array.from({ length: each }, (_, n) => 0.25 * Math.sin(2 * Math.PI * hz * (at + n) / rate));
    encoder.encode(new AudioData({ format: "f32", sampleRate: rate, numberOfFrames: each, numberOfChannels: 1, timestamp: (at / rate) * 1e6, data }));
  }
  await encoder.flush();
  return packets;
}
"""
BESIDE_THE_EAR = """
// The hearing runs from where the test says, at once, however old it is.
const real = window.fetch;
let began, ran;
window.from = 0;
window.fetch = async (...asked) => {
  const answer = await real(...asked);
  if (!new URL(asked[0], location.href).pathname.endsWith("/now")) return answer;
  const said = await answer.json();
  if (!said.pieces.length) return new Response(JSON.stringify(said), { status: 200 });
  began ??= Math.min(...said.pieces.map((each) => each.from));
  if (ran?.from !== window.from) ran = { from: window.from, at: Date.now() };
  const clock = began + ran.from + (Date.now() - ran.at);
  window.moment = clock - began;
  return new Response(JSON.stringify({ ...said, clock, behind: 0 }), { status: 200 });
};
// Whatever goes to the loudspeaker is measured: two tones, in decibels.
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode) {
    to.context.ear ??= new AnalyserNode(to.context, { fftSize: 8192, smoothingTimeConstant: 0 });
    window.ear = to.context.ear;
    connect.call(this, to.context.ear);
  }
  return connect.call(this, to, ...more);
};
window.loud = (tones) => {
  if (!window.ear) return tones.map(() => -200);
  const lines = new Float32Array(4096);
  window.ear.getFloatFrequencyData(lines);
  return tones.map((hz) => Math.max(-200, lines[Math.round(hz / window.ear.context.sampleRate * 8192)]));
};
"""


def loud(page: Page, interpreted_hz: float = INTERPRETED_HZ) -> tuple[float, float]:
    """How loud what is said and its interpretation are now, in decibels."""
    speech, interpreted = page.evaluate("tones => window.loud(tones)", [SPEECH_HZ, interpreted_hz])
    return speech, interpreted


def test_the_interpretation_is_heard_over_what_is_said_and_only_by_who_chose_it(
    live: Live, open_context: OpenContext
) -> None:
    """Li speaks, Ding interprets beside her: by itself only Li is heard; the interpretation chosen, Ding is as loud as she
    was and she a fifth; with the floor, Ding is heard by everybody, and Li as before.
    """
    with broadcast(live, open_context) as (page, address):
        page.goto(address)
        page.get_by_role("button", name="Turn sound on").click(timeout=PATIENCE * 1000)
        choice = page.get_by_label("The interpretation, with what is said quietly beneath")
        heard(page, lambda speech, over: speech > -40 and over < speech - 30, "only what is said")
        alone = steady(page)
        choice.check()
        heard(page, lambda speech, over: abs(over - alone) < 3 and abs(speech - alone + 14) < 2, "a fifth, beneath")
        page.get_by_label("What is said, as it is said").check()
        heard(page, lambda speech, over: abs(speech - alone) < 1 and over < alone - 30, "only what is said again")
        page.evaluate("window.from = 65_000")
        heard(
            page, lambda speech, over: abs(speech - alone) < 1 and abs(over - alone) < 3, "the floor is for everybody"
        )
        expect(choice).not_to_be_checked()


def test_a_browser_that_mixes_no_sound_plays_the_interpreter_only_to_who_chose_it(
    live: Live, open_context: OpenContext
) -> None:
    """Where there is no AudioContext, as with an iPhone locked down: the sound turns on and off, and who interprets is silent
    until chosen.
    """
    with broadcast(live, open_context) as (page, address):
        page.add_init_script("delete window.AudioContext")
        page.goto(address)
        page.get_by_role("button", name="Turn sound on").click(timeout=PATIENCE * 1000)
        expect(page.get_by_role("button", name="Turn sound off")).to_be_visible()
        heard = "[...document.querySelectorAll('video')].filter((film) => !film.hidden && !film.muted).length"
        until(lambda: page.evaluate(heard) == 1, "only what is said")
        page.get_by_label("The interpretation, with what is said quietly beneath").check()
        until(lambda: page.evaluate(heard) == 2, "the interpretation beside it")


def test_of_two_who_interpret_the_one_that_was_chosen_is_heard(live: Live, open_context: OpenContext) -> None:
    """Ding and Hua interpret into different languages: each choice names its languages, and only that one is heard over Li."""
    with broadcast(live, open_context, HUA) as (page, address):
        page.goto(address)
        page.get_by_role("button", name="Turn sound on").click(timeout=PATIENCE * 1000)
        heard(page, lambda speech, over: speech > -40 and over < speech - 30, "only what is said")
        alone = steady(page)

        def only(mine: float, other: float) -> None:
            until(
                lambda: abs(loud(page, mine)[1] - alone) < 3 and loud(page, other)[1] < alone - 30,
                "the one that was chosen, and not the other",
            )

        page.get_by_label("Yi and Chinese, with what is said quietly beneath").check()
        only(INTERPRETED_HZ, OTHER_HZ)
        page.get_by_label("Uyghur and Chinese, with what is said quietly beneath").check()
        only(OTHER_HZ, INTERPRETED_HZ)


@contextmanager
def broadcast(live: Live, open_context: OpenContext, *more: str) -> Iterator[tuple[Page, str]]:
    """A page and where it sees a hearing in which Li speaks and Ding interprets, and ``more`` beside Ding; after a minute Ding has
    the floor.
    """
    appointed(live.scene)
    for name in more:
        live.scene.registers(name)
        appointed(live.scene, asks=HAIYUN, name=name, language="Uyghur and Chinese")
    at = approved(live)
    live.clock.set(BEGINS)
    live.opened()
    for name in (DING, *more):
        live.enters(name)
        live.does(CHEN, "admit", name)
    opened = live.clock.now()
    live.clock.set(opened + timedelta(seconds=60))
    live.does(CHEN, "floor", DING)
    live.clock.set(opened + timedelta(seconds=170))
    app = create_app(court=live.scene.court)
    with serving(app) as origin:
        page = open_context(origin).new_page()
        page.goto(f"{origin}/offline")
        tones = [
            [base64.b64decode(packet) for packet in page.evaluate(ENCODED, {"hz": hz, "seconds": 90})]
            for hz in (SPEECH_HZ, INTERPRETED_HZ, OTHER_HZ)[: 2 + len(more)]
        ]
        folder = live.scene.court.settings.recordings_folder / live.hearing().reference
        recording = Recording(folder, 1, opened, "h")
        recording.says(live.person(LI).reference, 0, tones[0])
        for name, tone in zip((DING, *more), tones[1:], strict=True):
            end = recording.says(live.person(name).reference, 0, tone)
        recording.ends(end)
        assert make_due(live.scene.court) > 20
        page.add_init_script(BESIDE_THE_EAR)
        yield page, f"{origin}{at}"


def steady(page: Page) -> float:
    """How loud what is said is once it came up."""
    found = [loud(page)[0]]

    def stays() -> bool:
        found.append(loud(page)[0])
        return found[-1] > -40 and max(found[-4:]) - min(found[-4:]) < 0.2 and len(found) > 6

    until(stays, "what is said came up", every=0.1)
    return found[-1]


def heard(page: Page, as_is: Callable[[float, float], bool], what: str) -> None:
    """Wait until it sounds so."""
    until(lambda: as_is(*loud(page)), what)
