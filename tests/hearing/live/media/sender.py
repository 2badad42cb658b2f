"""A device that sends sound and picture by clocks of its own, on a network that delays and loses: hours of it in a moment, written
as the recorder writes it.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from odr.hearing.live.media.reading import HEAD, PLAIN, Kind

TICKS = {Kind.AUDIO: 48, Kind.VIDEO: 90}
REPORTS = {Kind.AUDIO: Kind.AUDIO_REPORT, Kind.VIDEO: Kind.VIDEO_REPORT}
KEY_FRAME = b"\x00\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 320, 180)
Sent = tuple[int, Kind, bytes]


class Sender:
    """One person's device. ``wall`` and ``cards``: how far its clock, and those of its sound and picture, go wrong, as shares."""

    def __init__(self, lot: random.Random, *, wall: float, cards: dict[Kind, float]) -> None:
        self._lot, self._wall, self._cards = lot, wall, cards
        self.connect()

    def connect(self) -> None:
        """A new connection: other streams, other numbers, other beginnings of time."""
        self._ssrc = {kind: self._lot.getrandbits(32) for kind in TICKS}
        self._number = {kind: self._lot.getrandbits(16) for kind in TICKS}
        self._begins = {kind: self._lot.getrandbits(32) for kind in TICKS}

    def _ticks(self, kind: Kind, ms: float) -> int:
        return (self._begins[kind] + round(ms * (1 + self._cards[kind]) * TICKS[kind])) & 0xFFFFFFFF

    def _late(self, ms: float) -> int:
        return round(ms) + self._lot.choice((20, 25, 30, 40, 80)) + (300 if self._lot.random() < 0.01 else 0)

    def sends(self, kind: Kind, ms: float, payload: bytes, *, sure: bool = False) -> Iterator[Sent]:
        """A packet, which comes later than it was sent, or not at all unless it is ``sure``."""
        self._number[kind] = (self._number[kind] + 1) & 0xFFFF
        if not sure and self._lot.random() < 0.005:
            return
        head = struct.pack(">BBHII", 0x80, 0xE0, self._number[kind], self._ticks(kind, ms), self._ssrc[kind])
        yield self._late(ms), kind, head + payload

    def reports(self, ms: float) -> Iterator[Sent]:
        """What the device says of its clocks (RFC 3550, 6.4.1)."""
        whole, part = divmod(3_900_000_000 + ms * (1 + self._wall) / 1000, 1)
        for kind, ssrc in self._ssrc.items():
            said = (ssrc, int(whole), int(part * 2**32), self._ticks(kind, ms), 0, 0)
            yield self._late(ms), REPORTS[kind], struct.pack(">BBHIIIIII", 0x80, 200, 6, *said)


def recorded(folder: Path, streams: dict[str, Iterable[Sent]], length_ms: int) -> None:
    """Lay a closed segment on the disk, each person's packets in the order they came within a second of each other."""
    folder.mkdir(parents=True)
    for person, sent in streams.items():
        with (folder / f"{person}.rtp").open("wb") as file:
            file.write(PLAIN)
            for ms, kind, data in in_order(sent):
                file.write(HEAD.pack(ms, kind, len(data)) + data)
    links = [
        {"kind": "begin", "hearing": "h1", "segment": int(folder.name), "at": 0, "sealed": False},
        {"kind": "end", "at": length_ms},
    ]
    (folder / "chain").write_text("".join(json.dumps(link) + "\n" for link in links))


def in_order(sent: Iterable[Sent]) -> Iterator[Sent]:
    """Packets as they come, of what was sent in order and came at most a second later."""
    waiting: list[Sent] = []
    for count, each in enumerate(sent):
        waiting.append(each)
        if count % 200 == 199:
            waiting.sort(key=lambda one: one[0])
            now = waiting[-1][0] - 1_000
            yield from (one for one in waiting if one[0] <= now)
            waiting = [one for one in waiting if one[0] > now]
    yield from sorted(waiting, key=lambda one: one[0])


def blocks(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Milliseconds, track and bytes of every block of a film."""
    at = 0
    while at < len(data):
        name, at = _vint(data, at, keep=True)
        size, at = _vint(data, at)
        if name == 0x18538067:
            continue  # the segment holds everything that follows
        if name == 0x1F43B675:
            yield from _cluster(data[at : at + size])
        at += size


def _cluster(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at, since = 0, 0
    while at < len(data):
        name, at = _vint(data, at, keep=True)
        size, at = _vint(data, at)
        if name == 0xE7:
            since = int.from_bytes(data[at : at + size], "big")
        else:
            (after,) = struct.unpack_from(">h", data, at + 1)
            yield since + after, data[at] & 0x7F, data[at + 4 : at + size]
        at += size


def _vint(data: bytes, at: int, *, keep: bool = False) -> tuple[int, int]:
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + width], "big")
    return value if keep else value & ((1 << 7 * width) - 1), at + width
