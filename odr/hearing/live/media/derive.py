"""What is played of a recording: a WebM file for each person and segment, made from the packets as they came.

The raw recording stays what counts; this is a copy for the eye and the ear, and can be made again at any time. Sound and
picture stand where the person's own clock put them (RTCP sender reports), and that clock stands where its packets arrived
soonest: so two people answer each other in the copy as they did in the room.
"""

from __future__ import annotations

import heapq
import math
import struct
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast

from odr.hearing.live.media.reading import Kind, Recorded, Segment
from odr.hearing.live.media.webm import AUDIO, VIDEO, Frame, Shape, key_frame_size, write_webm

CLOCK = {Kind.AUDIO: 48_000, Kind.VIDEO: 90_000}
STRETCH_MS = 30_000
MISSING_MS = 3_000
"""How long a packet that is missing is waited for: asked again, it came by then or not at all."""
LATEST_MS = 10_000
"""How much later than its moment a frame may come and still stand there."""
MOST_REPORTS = 1_024
"""Reports of a stream that are held: more than an hour of them as they come, of longer ones every second, fourth, eighth."""
MOST_STRETCHES = 1_024
"""Stretches of a sender's clock that are held: more than eight hours of them, then they are twice as long."""
_REPORT = {Kind.AUDIO: Kind.AUDIO_REPORT, Kind.VIDEO: Kind.VIDEO_REPORT}


@dataclass(frozen=True)
class Packet:
    """An RTP packet, its numbers unwrapped so that they only grow."""

    arrived_ms: int
    number: int
    time: int
    ends_frame: bool
    payload: bytes


class Reports:
    """What a sender said of its clock, pairs of RTP time and milliseconds: of hours never more than ``MOST_REPORTS``, evenly
    spread. A clock drifts by a ten-thousandth at most, so that a report some minutes off still says the time to the hundredth.
    """

    def __init__(self) -> None:
        self._times, self._ms = array("q"), array("d")
        self._each, self._passed = 1, 0

    def __len__(self) -> int:
        return len(self._times)

    def add(self, time: int, ms: float) -> None:
        """One report more, put where its time stands; once there are too many, every second one is kept."""
        self._passed += 1
        if self._passed % self._each:
            return
        at = bisect_left(self._times, time)
        self._times.insert(at, time)
        self._ms.insert(at, ms)
        if len(self._times) > MOST_REPORTS:
            self._times, self._ms, self._each = self._times[::2], self._ms[::2], self._each * 2

    def nearest(self, time: int) -> tuple[int, float]:
        """The report nearest to a time; there is one at least."""
        at = bisect_left(self._times, time)
        beside = range(max(0, at - 1), min(at + 1, len(self._times)))
        near = min(beside, key=lambda each: abs(self._times[each] - time))
        return self._times[near], self._ms[near]


@dataclass
class Source:
    """One stream of packets (an SSRC), and what its sender said of its clock."""

    kind: Kind
    reports: Reports = field(default_factory=Reports)


Name = tuple[Kind, int]
"""Sound or picture, and the stream's SSRC: after each new connection there is another one."""


def _unwrapped(value: int, last: int, bits: int) -> int:
    """The value nearest to the last one that has these lowest bits."""
    span = 1 << bits
    step = (value - last) % span
    return last + (step - span if step >= span // 2 else step)


def packets_of(recorded: Iterable[Recorded]) -> Iterator[tuple[Name, Packet]]:
    """Every packet of sound and picture with its stream, as they came."""
    last: dict[Name, tuple[int, int]] = {}
    for each in recorded:
        if each.kind not in CLOCK or (read := read_rtp(each.data)) is None:
            continue
        ssrc, number, time, marker, payload = read
        name = (each.kind, ssrc)
        before = last.get(name)
        last[name] = _follows(number, time, *before) if before is not None else (number, time)
        yield name, Packet(each.ms, *last[name], marker, payload)


def _follows(number: int, time: int, last: int, last_time: int) -> tuple[int, int]:
    """A packet's number and time, unwrapped beside those of the packet before it. Devices count on in a break, in which
    nothing is written: after ten minutes more than half of all numbers are over, and only the time says that it is later.
    """
    time = _unwrapped(time, last_time, 32)
    if time <= last_time:
        return _unwrapped(number, last, 16), time
    # The same number at a later time: every number is over once.
    return last + ((number - last) % (1 << 16) or 1 << 16), time


def _reports(recorded: Iterable[Recorded]) -> Iterator[tuple[Name, int, float]]:
    """What senders said of their clocks: RTP time as it was sent, and milliseconds."""
    of = {report: kind for kind, report in _REPORT.items()}
    for each in recorded:
        if each.kind in of and len(each.data) >= 20:
            ssrc, whole, part, time = struct.unpack_from(">IIII", each.data, 4)
            yield (of[each.kind], ssrc), time, whole * 1000 + part * 1000 / 2**32


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


def sender_ms(source: Source, time: int) -> float:
    """A packet's time by its sender's wall clock, by the report nearest to it; without any, by the stream's own count."""
    if not source.reports:
        return time * 1000 / CLOCK[source.kind]
    near, ms = source.reports.nearest(time)
    return ms + (time - near) * 1000 / CLOCK[source.kind]


class Placing:
    """How far a sender's clock is from the segment's time, as it changes: no clock runs quite like another.

    In each stretch the packet that was least delayed says it; between the middles of stretches it goes evenly. What is as long
    as many stretches has longer ones: no more of them are held.
    """

    def __init__(self) -> None:
        self._stretch_ms = STRETCH_MS
        self._best: dict[int, float] = {}
        self._middles: list[float] = []
        self._ahead: list[float] = []

    def look_at(self, source: Source, packet: Packet) -> None:
        """One packet more that says how far the clock is ahead."""
        ahead = sender_ms(source, packet.time) - packet.arrived_ms
        self._say(packet.arrived_ms // self._stretch_ms, ahead)
        if len(self._best) > MOST_STRETCHES:
            shorter, self._best, self._stretch_ms = self._best, {}, self._stretch_ms * 2
            for stretch, best in shorter.items():
                self._say(stretch // 2, best)

    def _say(self, stretch: int, ahead: float) -> None:
        self._best[stretch] = max(ahead, self._best.get(stretch, ahead))

    def __len__(self) -> int:
        return len(self._best)

    def settle(self) -> None:
        """Every packet was looked at."""
        self._middles = [(each + 0.5) * self._stretch_ms for each in sorted(self._best)]
        self._ahead = [self._best[each] for each in sorted(self._best)]

    def place(self, source: Source, packet: Packet) -> float:
        """Milliseconds into the segment."""
        return sender_ms(source, packet.time) - self._ahead_at(packet.arrived_ms)

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


class Film:
    """What is played of somebody, made while it is written: of hours never more than some seconds are held. ``read`` gives
    what was recorded, from its beginning, as often as it is asked.
    """

    def __init__(self, read: Callable[[], Iterable[Recorded]]) -> None:
        self._read = read
        self._sources: dict[Name, Source] = {}
        self.has_sound = False
        self.size: tuple[int, int] | None = None
        """Of the largest picture."""
        self._look()
        self._placings = self._placed()

    def _look(self) -> None:
        times: dict[Name, int] = {}
        for name, packet in packets_of(self._read()):
            self._sources.setdefault(name, Source(name[0]))
            times[name] = packet.time
            if name[0] is Kind.AUDIO:
                self.has_sound = self.has_sound or bool(packet.payload)
            elif (part := vp8_payload(packet.payload)) and part[0] and (size := key_frame_size(part[1])):
                self.size = max(self.size or size, size, key=lambda each: each[0] * each[1])
        for name, time, ms in _reports(self._read()):
            if name in times:
                self._sources[name].reports.add(_unwrapped(time, times[name], 32), ms)

    def _placed(self) -> dict[Name, Placing]:
        together = Placing()
        found = {name: together if source.reports else Placing() for name, source in self._sources.items()}
        for name, packet in packets_of(self._read()):
            found[name].look_at(self._sources[name], packet)
        for placing in found.values():
            placing.settle()
        return found

    def frames(self) -> Iterator[Frame]:
        """Sound and picture in the order of their time, from the beginning of the segment."""
        streams = {name: _STREAMS[name[0]](source, self._placings[name]) for name, source in self._sources.items()}
        orders = {name: InOrder() for name in self._sources}
        waiting: list[tuple[int, int, int, Frame]] = []
        count, last, now = 0, 0, 0

        def due(until: float) -> Iterator[Frame]:
            nonlocal last
            while waiting and waiting[0][0] <= until:
                frame = heapq.heappop(waiting)[3]
                last = max(last, frame.ms)
                # What comes later than anything is waited for stands where the film is by then.
                yield frame if frame.ms == last else replace(frame, ms=last)

        def take(name: Name, packets: Iterable[Packet]) -> None:
            nonlocal count
            for frame in (made for packet in packets for made in streams[name].frame(packet)):
                if frame.ms >= 0:
                    count += 1
                    heapq.heappush(waiting, (frame.ms, frame.track, count, frame))

        for name, packet in packets_of(self._read()):
            now = max(now, packet.arrived_ms)
            take(name, orders[name].after(packet, now))
            yield from due(now - LATEST_MS)
        for name, order in orders.items():
            take(name, order.rest())
        yield from due(math.inf)


class InOrder:
    """Packets of a stream by their numbers; one that is missing is waited for a while."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Packet]] = []
        self._last: int | None = None
        self._count = 0

    def after(self, packet: Packet, now: int) -> Iterator[Packet]:
        """What is due once this one came."""
        if self._last is not None and packet.number <= self._last:
            return
        self._count += 1
        heapq.heappush(self._waiting, (packet.number, self._count, packet))
        while self._waiting and (
            (self._last is not None and self._waiting[0][0] <= self._last + 1)
            or self._waiting[0][2].arrived_ms <= now - MISSING_MS
        ):
            yield from self._next()

    def rest(self) -> Iterator[Packet]:
        """What waits when nothing more comes."""
        while self._waiting:
            yield from self._next()

    def _next(self) -> Iterator[Packet]:
        number, _, packet = heapq.heappop(self._waiting)
        if number != self._last:
            self._last = number
            yield packet


@dataclass
class Sound:
    """Each packet is a frame of sound."""

    source: Source
    where: Placing

    def frame(self, packet: Packet) -> Iterator[Frame]:
        """The frame of a packet."""
        if packet.payload:
            yield Frame(AUDIO, round(self.where.place(self.source, packet)), True, packet.payload)


@dataclass
class Picture:
    """Frames put together again; after one that is not whole, none until the next key frame: no smeared picture."""

    source: Source
    where: Placing
    parts: list[bytes] = field(default_factory=list)
    last: int | None = None
    whole: bool = False

    def frame(self, packet: Packet) -> Iterator[Frame]:
        """The frame that ends with a packet."""
        if self.last is not None and packet.number != self.last + 1:
            self.parts, self.whole = [], False
        self.last = packet.number
        part = vp8_payload(packet.payload)
        if part is None:
            return
        begins, data = part
        if begins:
            self.parts = [data]
        elif self.parts:
            self.parts.append(data)
        if not packet.ends_frame or not self.parts:
            return
        made = b"".join(self.parts)
        self.parts = []
        is_key = key_frame_size(made) is not None
        self.whole = self.whole or is_key
        if self.whole:
            yield Frame(VIDEO, round(self.where.place(self.source, packet)), is_key, made)


_STREAMS: dict[Kind, Callable[[Source, Placing], Sound | Picture]] = {Kind.AUDIO: Sound, Kind.VIDEO: Picture}


def frames_of(recorded: Iterable[Recorded]) -> list[Frame]:
    """A person's sound and picture of a short while, in the order of their time from the beginning of the segment."""
    listed = list(recorded)
    return list(Film(lambda: listed).frames())


def write_film(read: Callable[[], Iterable[Recorded]], target: Path, *, length_ms: int = 0, title: str = "") -> int:
    """Write what is played of somebody, however long; returns how many frames. It plays ``length_ms`` at least."""
    with put_whole(target) as out:
        return _write(read, out, length_ms, title)


def _write(read: Callable[[], Iterable[Recorded]], out: BinaryIO, length_ms: int, title: str) -> int:
    film = Film(read)
    return write_webm(out, film.frames(), length_ms=length_ms, title=title, shape=Shape(film.has_sound, film.size))


@contextmanager
def put_whole(target: Path) -> Iterator[BinaryIO]:
    """A file that is there as a whole or not at all, however many make it at the same time; of one that fails nothing is left."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f"{target.name}.", suffix=".part", delete=False) as out:
        beside = Path(out.name)
        try:
            yield cast(BinaryIO, out)
            out.flush()
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)


def derive(segment: Segment, person: str, target: Path, key: bytes | None = None) -> int:
    """Write what is played of somebody in a segment; returns how many frames. Raises NotReadable."""
    with put_whole(target) as out:
        return derive_into(out, segment, person, key)


def derive_into(out: BinaryIO, segment: Segment, person: str, key: bytes | None = None) -> int:
    """As :func:`derive`, into what is open already: memory, for what must not lie on a disk."""
    title = f"{segment.hearing} {segment.number} {person}"
    return _write(lambda: segment.packets(person, key), out, segment.length_ms, title)
