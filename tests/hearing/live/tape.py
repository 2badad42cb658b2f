"""A recording as the recorder writes it, with packets that say when they came: what of it is shown can be read in the bytes."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from odr.hearing.live.media.reading import HEAD, PLAIN, SEALED, Kind

MARK = re.compile(rb"<([a-z0-9]+)@(\d{9})>")
TALKS_EACH = 20


def rtp(number: int, time: int, payload: bytes, *, kind: int = 111) -> bytes:
    """An RTP packet."""
    return struct.pack(">BBHII", 0x80, kind | 0x80, number & 0xFFFF, time & 0xFFFFFFFF, 7) + payload


@dataclass
class Tape:
    """One segment of a recording that is being written."""

    folder: Path
    number: int
    began: datetime
    sealed: bool = False
    written: dict[str, int] = field(default_factory=dict)
    ms: int = 0

    def __post_init__(self) -> None:
        self.folder = self.folder / f"{self.number:04d}"
        self.folder.mkdir(parents=True)
        self._link(kind="begin", hearing="h", segment=self.number, at=_ms(self.began), sealed=self.sealed)

    def talks(self, person: str, until: datetime) -> Tape:
        """Somebody is heard until then: a packet of sound each twentieth of a second, each with its own moment in it."""
        path = self.folder / f"{person}.rtp"
        new = not path.exists()
        with path.open("ab") as file:
            if new:
                file.write(SEALED if self.sealed else PLAIN)
            at = self.ms
            while self.began + timedelta(milliseconds=at) < until:
                moment = _ms(self.began) + at
                data = rtp(at // TALKS_EACH, at * 48, b"<%s@%09d>" % (person[:6].encode(), moment % 10**9))
                file.write(HEAD.pack(at, Kind.AUDIO, len(data)) + data)
                at += TALKS_EACH
        size = path.stat().st_size
        before = self.written.get(person, 0)
        self._link(kind="data", at=_ms(until), ms=at, streams={person: {"from": before, "length": size - before}})
        self.written[person] = size
        return self

    def goes_to(self, at: datetime) -> Tape:
        """Time passes."""
        self.ms = (_ms(at) - _ms(self.began)) // TALKS_EACH * TALKS_EACH
        return self

    def ends(self, at: datetime) -> None:
        """The segment ends."""
        self._link(kind="end", at=_ms(at), ms=_ms(at) - _ms(self.began), streams={})

    def _link(self, **said: object) -> None:
        with (self.folder / "chain").open("ab") as chain:
            chain.write(json.dumps(said).encode() + b"\n")


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def moments(data: bytes) -> list[int]:
    """Milliseconds, by the last nine digits, at which what is in these bytes came."""
    return [int(found[2]) for found in MARK.finditer(data)]


def short(at: datetime) -> int:
    """An instant as packets say it."""
    return _ms(at) % 10**9
