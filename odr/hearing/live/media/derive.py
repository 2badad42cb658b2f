"""What is played of a recording: a WebM file for each person and segment, made from the packets as they came.

The raw recording stays what counts; this is a copy for the eye and the ear, and can be made again at any time. Sound and
picture stand where the person's own clock put them (RTCP sender reports), and that clock stands where its packets arrived
soonest: so two people answer each other in the copy as they did in the room.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from odr.hearing.live.media.reading import Kind, Recorded, Segment
from odr.hearing.live.media.webm import AUDIO, VIDEO, Frame, key_frame_size, write_webm

CLOCK = {Kind.AUDIO: 48_000, Kind.VIDEO: 90_000}
STRETCH_MS = 30_000
_REPORT = {Kind.AUDIO: Kind.AUDIO_REPORT, Kind.VIDEO: Kind.VIDEO_REPORT}


@dataclass(frozen=True)
class Packet:
    """An RTP packet, its numbers unwrapped so that they only grow."""

    arrived_ms: int
    number: int
    time: int
    ends_frame: bool
    payload: bytes


@dataclass
class Source:
    """One stream of packets (an SSRC) and what its sender said of its clock: pairs of RTP time and milliseconds."""

    packets: list[Packet] = field(default_factory=list)
    reports: list[tuple[int, float]] = field(default_factory=list)


def _unwrapped(value: int, last: int | None, bits: int) -> int:
    """The value nearest to the last one that has these lowest bits."""
    if last is None:
        return value
    span = 1 << bits
    step = (value - last) % span
    return last + (step - span if step >= span // 2 else step)


def read_sources(recorded: Iterable[Recorded], kind: Kind) -> list[Source]:
    """The streams of a person's sound or picture: after each new connection there is another one."""
    found: dict[int, Source] = defaultdict(Source)
    numbers: dict[int, int] = {}
    times: dict[int, int] = {}
    pending: list[tuple[int, int, float]] = []
    for each in recorded:
        if each.kind is kind:
            if (packet := read_rtp(each.data)) is None:
                continue
            ssrc, number, time, marker, payload = packet
            numbers[ssrc] = _unwrapped(number, numbers.get(ssrc), 16)
            times[ssrc] = _unwrapped(time, times.get(ssrc), 32)
            found[ssrc].packets.append(Packet(each.ms, numbers[ssrc], times[ssrc], marker, payload))
        elif each.kind is _REPORT[kind] and len(each.data) >= 20:
            ssrc, whole, part, time = struct.unpack_from(">IIII", each.data, 4)
            pending.append((ssrc, time, whole * 1000 + part * 1000 / 2**32))
    for ssrc, time, ms in pending:
        if ssrc in times:
            found[ssrc].reports.append((_unwrapped(time, times[ssrc], 32), ms))
    for source in found.values():
        source.reports.sort()
        source.packets.sort(key=lambda packet: packet.number)
    return [source for source in found.values() if source.packets]


def read_rtp(data: bytes) -> tuple[int, int, int, bool, bytes] | None:
    """SSRC, number, time, marker and payload of an RTP packet (RFC 3550, 5.1)."""
    if len(data) < 12 or data[0] >> 6 != 2:
        return None
    begin = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < begin + 4:
            return None
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    if begin > end:
        return None
    number, time, ssrc = struct.unpack_from(">HII", data, 2)
    return ssrc, number, time, bool(data[1] & 0x80), data[begin:end]


def sender_ms(source: Source, kind: Kind, time: int) -> float:
    """A packet's time by its sender's wall clock, by the report nearest to it; without any, by the stream's own count."""
    if not source.reports:
        return time * 1000 / CLOCK[kind]
    at = bisect_left(source.reports, (time, 0.0))
    beside = source.reports[max(0, at - 1) : at + 1]
    near, ms = min(beside, key=lambda report: abs(report[0] - time))
    return ms + (time - near) * 1000 / CLOCK[kind]


class Placing:
    """How far a sender's clock is from the segment's time, as it changes: no clock runs quite like another.

    In each stretch the packet that was least delayed says it; between the middles of stretches it goes evenly.
    """

    def __init__(self, sources: Iterable[tuple[Kind, Source]]) -> None:
        best: dict[int, float] = {}
        for kind, source in sources:
            for packet in source.packets:
                ahead = sender_ms(source, kind, packet.time) - packet.arrived_ms
                stretch = packet.arrived_ms // STRETCH_MS
                best[stretch] = max(ahead, best.get(stretch, ahead))
        self._middles = [(each + 0.5) * STRETCH_MS for each in sorted(best)]
        self._ahead = [best[each] for each in sorted(best)]

    def place(self, source: Source, kind: Kind, packet: Packet) -> float:
        """Milliseconds into the segment."""
        return sender_ms(source, kind, packet.time) - self._ahead_at(packet.arrived_ms)

    def _ahead_at(self, ms: float) -> float:
        at = bisect_left(self._middles, ms)
        if at in (0, len(self._middles)):
            return self._ahead[min(at, len(self._ahead) - 1)]
        since, until = self._middles[at - 1], self._middles[at]
        share = (ms - since) / (until - since)
        return self._ahead[at - 1] * (1 - share) + self._ahead[at] * share


def vp8_payload(payload: bytes) -> tuple[bool, bytes] | None:
    """Whether a packet begins a frame, and its part of it (RFC 7741, 4.2); None for what is no VP8."""
    if not payload:
        return None
    begins = bool(payload[0] & 0x10) and payload[0] & 0x07 == 0
    at = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            return None
        more, at = payload[1], 2
        if more & 0x80:
            if len(payload) <= at:
                return None
            at += 2 if payload[at] & 0x80 else 1
        at += bool(more & 0x40) + bool(more & 0x30)
    return (begins, payload[at:]) if at < len(payload) else None


def sound(source: Source, where: Placing) -> list[Frame]:
    """Each packet is a frame of sound."""
    last = None
    frames = []
    for packet in source.packets:
        if packet.number != last and packet.payload:
            frames.append(Frame(AUDIO, round(where.place(source, Kind.AUDIO, packet)), True, packet.payload))
        last = packet.number
    return frames


def picture(source: Source, where: Placing) -> list[Frame]:
    """Frames put together again; after one that is not whole, none until the next key frame: no smeared picture."""
    frames: list[Frame] = []
    parts: list[bytes] = []
    last, whole = None, False
    for packet in source.packets:
        if packet.number == last:
            continue
        gap = last is not None and packet.number != last + 1
        last = packet.number
        part = vp8_payload(packet.payload)
        if gap:
            parts, whole = [], False
        if part is None:
            continue
        begins, data = part
        if begins:
            parts = [data]
        elif parts:
            parts.append(data)
        if not packet.ends_frame or not parts:
            continue
        frame = b"".join(parts)
        parts = []
        is_key = key_frame_size(frame) is not None
        whole = whole or is_key
        if whole:
            frames.append(Frame(VIDEO, round(where.place(source, Kind.VIDEO, packet)), is_key, frame))
    return frames


def frames_of(recorded: Iterable[Recorded]) -> list[Frame]:
    """A person's sound and picture in the order of their time, from the beginning of the segment."""
    listed = list(recorded)
    sources = {kind: read_sources(listed, kind) for kind in (Kind.AUDIO, Kind.VIDEO)}
    every = [(kind, source) for kind, found in sources.items() for source in found]
    together = Placing((kind, source) for kind, source in every if source.reports)
    frames: list[Frame] = []
    for kind, source in every:
        where = together if source.reports else Placing([(kind, source)])
        frames += sound(source, where) if kind is Kind.AUDIO else picture(source, where)
    return sorted((frame for frame in frames if frame.ms >= 0), key=lambda frame: (frame.ms, frame.track))


def derive(segment: Segment, person: str, target: Path, key: bytes | None = None) -> int:
    """Write what is played of somebody in a segment; returns how many frames. Raises NotReadable."""
    frames = frames_of(segment.packets(person, key))
    length = max([segment.length_ms, *(frame.ms for frame in frames[-1:])])
    beside = target.with_name(target.name + ".part")
    with beside.open("wb") as out:
        write_webm(out, frames, length_ms=length, title=f"{segment.hearing} {segment.number} {person}")
    beside.replace(target)
    return len(frames)
