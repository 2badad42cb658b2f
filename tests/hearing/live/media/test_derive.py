"""What is played of a recording: the same sound and picture, at the same moment, in a real browser."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from statistics import median_low
from typing import Any

from hypothesis import example, given, strategies as st

from odr.hearing.live.media.derive import (
    MOST_REPORTS,
    MOST_STRETCHES,
    STRETCH_MS,
    Packet,
    Placing,
    Reports,
    Source,
    derive,
    frames_of,
    sender_ms,
    vp8_payload,
)
from odr.hearing.live.media.reading import Kind, Recorded, open_segment
from odr.hearing.live.media.webm import AUDIO, VIDEO, Frame, write_webm
from tests.hearing.live.media.house import A_SECOND, BOTH, House, Visitor

Visitors = Callable[..., Visitor]
TONE_AND_FLASH = """
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const made = (window.made ??= make());
  return new MediaStream(wanted.audio ? made.audio.getTracks() : made.video.getTracks());
};
function make() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  const paint = canvas.getContext("2d");
  const context = new AudioContext();
  const gain = new GainNode(context, { gain: 0 });
  const out = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: 1000 });
  tone.connect(gain).connect(out);
  tone.start();
  setInterval(() => {
    const on = performance.now() % 1000 < 200;
    paint.fillStyle = on ? "white" : "black";
    paint.fillRect(0, 0, 320, 180);
    gain.gain.value = on ? 0.8 : 0;
  }, 20);
  return { audio: out.stream, video: canvas.captureStream(25) };
}
"""
"""A camera and a microphone of which both tell the beginning of each second: a flash and a tone."""
MEASURED = """
async (url) => {
  const data = await (await fetch(url)).arrayBuffer();
  const sound = await new AudioContext().decodeAudioData(data.slice(0));
  const samples = sound.getChannelData(0), rate = sound.sampleRate, tones = [];
  for (let at = 0, quiet = 1e9; at < samples.length; at += rate / 200) {
    const loud = samples.subarray(at, at + rate / 200).reduce((most, each) => Math.max(most, Math.abs(each)), 0) > 0.2;
    if (loud && quiet > 40) tones.push(at / rate);
    quiet = loud ? 0 : quiet + 1;
  }
  const video = document.createElement("video");
  Object.assign(video, { muted: true, src: url });
  const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  const flashes = [];
  let dark = true, frames = 0;
  const each = (_, { mediaTime }) => {
    frames += 1;
    paint.drawImage(video, 0, 0, 8, 8);
    const bright = paint.getImageData(4, 4, 1, 1).data[0] > 128;
    if (bright && dark) flashes.push(mediaTime);
    dark = !bright;
    video.requestVideoFrameCallback(each);
  };
  video.requestVideoFrameCallback(each);
  await video.play();
  await new Promise((done, failed) => { video.onended = done; video.onerror = () => failed(video.error); });
  return { tones, flashes, frames, duration: video.duration, width: video.videoWidth };
}
"""


@BOTH
def test_tone_and_flash_of_a_second_stay_together(house: House, visitor: Visitors) -> None:
    """Recorded, derived and played by a browser: flashes stand within a tenth of a second of their tones, none missing, before a
    pause and after it; and the copy is as long as the segment.
    """
    seconds = 40 if os.environ.get("ODR_PROVE") else 2
    judge, li = visitor("judge"), visitor("li", TONE_AND_FLASH)
    for each in (judge, li):
        each.enter()
        house.order("admit", person=each.name)
    judge.hears("li", "video")
    li.sends(A_SECOND * seconds)
    house.order("pause", why="break")
    li.sends(A_SECOND)
    house.order("resume")
    li.sends(A_SECOND * seconds)
    house.order("close")
    segment = open_segment(house.recordings / "h1/0001")
    assert derive(segment, "li", house.folder / "li.webm") > 50
    said: dict[str, Any] = judge.page.evaluate(MEASURED, "/files/li.webm")
    # The browser decodes the sound without its pauses: twenty milliseconds a frame, and the frame knows where it stands.
    sound = [frame.ms for frame in frames_of(segment.packets("li")) if frame.track == AUDIO]
    tones = [sound[int(each / 0.02)] / 1000 + each % 0.02 for each in said["tones"]]
    assert said["width"] == 320 and abs(said["duration"] - segment.length_ms / 1000) < 0.5
    # A flash that was on when the picture began or went on again says nothing of its beginning.
    pictures = [frame.ms / 1000 for frame in frames_of(segment.packets("li")) if frame.track == VIDEO]
    flashes = [each for each in said["flashes"] if any(0.1 < each - ms < 0.35 for ms in pictures)]
    # A busy machine loses a tone or a flash; then the next one is a second away, and says nothing of how they stand together.
    nearest = {flash: min(abs(flash - tone) for tone in tones) for flash in flashes}
    apart = {flash: gap for flash, gap in nearest.items() if gap < 0.9}
    assert len(apart) >= 2 * seconds - 2
    # Nor does the one that the device itself drew late. What a copy moves it moves from there on.
    half = segment.length_ms / 2000
    for part in ([gap for flash, gap in apart.items() if (flash > half) == is_after] for is_after in (False, True)):
        assert median_low(part) <= 0.1, (tones, said["flashes"])


@given(
    st.lists(
        st.tuples(st.integers(0, 2**32 - 1), st.sampled_from(list(Kind)), st.binary(max_size=80)),
        max_size=30,
    )
)
def test_whatever_a_device_sent_can_be_derived(packets: list[tuple[int, Kind, bytes]]) -> None:
    """No packet, however it was made, keeps the rest from being played."""
    frames = frames_of(Recorded(*each) for each in packets)
    assert [each.ms for each in frames] == sorted(each.ms for each in frames)
    write_webm(io.BytesIO(), frames, length_ms=max((each.ms for each in frames), default=0), title="any")


@given(st.binary(max_size=12))
def test_a_payload_is_read_within_itself(payload: bytes) -> None:
    """The part of a frame in a packet is its end, and never empty."""
    part = vp8_payload(payload)
    assert part is None or (part[1] and payload.endswith(part[1]))


def _packet(ssrc: int, number: int, ticks: int, payload: bytes, marker: bool = False) -> bytes:
    head = struct.pack(">BBHII", 0x80, 111 | (0x80 if marker else 0), number & 0xFFFF, ticks & 0xFFFFFFFF, ssrc)
    return head + payload


@given(
    st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1), st.floats(-200e-6, 200e-6), st.integers(0, 60), st.randoms()
)
def test_an_hour_drifts_by_less_than_a_tenth_of_a_second(
    number: int, ticks: int, drift: float, most: int, random: Any
) -> None:
    """However a sender's clock begins and runs, and however its packets are delayed on the way, a word at the end of an hour
    stands where it was said.
    """
    recorded = []
    for count, real in enumerate(range(0, 3_600_000, 2_000)):
        clock = real * (1 + drift)
        late = random.randint(0, most) if count % 7 else 0
        recorded.append(
            Recorded(real + late, Kind.AUDIO, _packet(7, number + count, ticks + round(clock * 48), b"\xfc" + b"x"))
        )
        if count % 3 == 0:
            ntp = 3_900_000_000_000 + clock
            whole, part = divmod(ntp / 1000, 1)
            report = struct.pack(
                ">BBHIIIIII",
                0x80,
                200,
                6,
                7,
                int(whole),
                int(part * 2**32),
                (ticks + round(clock * 48)) & 0xFFFFFFFF,
                0,
                0,
            )
            recorded.append(Recorded(real + late, Kind.AUDIO_REPORT, report))
    frames = frames_of(recorded)
    assert len(frames) >= len(range(0, 3_600_000, 2_000)) - 1
    assert abs(frames[-1].ms - 3_598_000) <= 100


def test_a_broken_picture_is_left_out_until_the_next_whole_one() -> None:
    """After a lost packet no frame follows until a key frame: better a still picture than a smeared one."""
    key = b"\x10" + b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 320, 180) + b"k"
    delta = b"\x10" + b"\x01\x00\x00d"
    sent = [key, delta, delta, delta, key, delta]
    recorded = [
        Recorded(40 * at, Kind.VIDEO, _packet(9, at, 3600 * at, payload, marker=True))
        for at, payload in enumerate(sent)
        if at != 2
    ]
    frames = frames_of(recorded)
    assert [(each.ms, each.is_key) for each in frames] == [(0, True), (40, False), (160, True), (200, False)]
    assert all(each.track == VIDEO and isinstance(each, Frame) for each in frames)


@given(st.integers(0, 2**16 - 1), st.integers(1, 2**17), st.integers(0, 2**32 - 1))
@example(0, 2**16 - 1, 0)
@example(7, 2**17 - 1, 2**32 - 1)
def test_nothing_said_after_a_break_is_lost(number: int, unwritten: int, ticks: int) -> None:
    """However many packets a device sent in a break, of which none is written: every word before and after it is played, at
    its moment.
    """
    sent = [*range(200), *range(200 + unwritten, 400 + unwritten)]
    recorded = [Recorded(20 * at, Kind.AUDIO, _packet(7, number + at, ticks + 960 * at, b"\xfc" + b"x")) for at in sent]
    assert [each.ms for each in frames_of(recorded)] == [20 * at for at in sent]


def test_what_is_held_of_a_clock_grows_no_more_and_still_says_the_time() -> None:
    """A day of reports and packets: no more of either is held than of some hours, and a clock that runs wrong by a ten-thousandth is
    followed to the hundredth of a second.
    """
    wrong, day, each = 1 + 1e-4, 24 * 3_600_000, 500
    source, placing = Source(Kind.AUDIO, Reports()), Placing()
    for ms in range(0, day, each):
        source.reports.add(ms * 48, 7_000 + ms * wrong)
    assert MOST_REPORTS / 2 <= len(source.reports) <= MOST_REPORTS
    packets = [Packet(ms + 20, ms, ms * 48, True, b"") for ms in range(0, day, STRETCH_MS // 3)]
    for packet in packets:
        placing.look_at(source, packet)
    assert MOST_STRETCHES / 2 <= len(placing) <= MOST_STRETCHES
    placing.settle()
    assert max(abs(sender_ms(source, one.time) - 7_000 - one.number * wrong) for one in packets) < 10
    assert max(abs(placing.place(source, one) - one.arrived_ms) for one in packets) < 20


@given(
    st.lists(st.tuples(st.integers(0, 9_000), st.floats(0, 9_000)), min_size=1, unique_by=lambda one: one[0]),
    st.integers(0, 9_000),
)
def test_the_nearest_report_is_found_however_they_came(said: list[tuple[int, float]], time: int) -> None:
    """Reports that come out of their order say the same as in it."""
    reports = Reports()
    for one in said:
        reports.add(*one)
    assert reports.nearest(time) in said
    assert abs(reports.nearest(time)[0] - time) == min(abs(at - time) for at, _ in said)
