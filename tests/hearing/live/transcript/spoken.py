"""Committed speech as the recorder would have written it: packets of Opus in RTP, each at its time, open or sealed."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odr.hearing.live.media.reading import HEAD, PLAIN, SEALED, Kind
from odr.hearing.live.transcript.engine import Heard
from tests.hearing.live.tape import rtp

SPEECH = Path(__file__).parent / "speech"


def packets_of(data: bytes) -> list[bytes]:
    """The packets of an Ogg file, its two heads left out (RFC 3533, 6; RFC 7845, 3)."""
    found, part, at = list[bytes](), b"", 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        sizes = data[at + 27 : at + 27 + data[at + 26]]
        at += 27 + len(sizes)
        for size in sizes:
            part += data[at : at + size]
            at += size
            if size < 255:
                found.append(part)
                part = b""
    return found[2:]


@dataclass
class Recording:
    """One piece of a recording, written by name and moment."""

    folder: Path
    number: int
    began: datetime
    hearing: str
    key: bytes | None = None
    streams: dict[str, bytearray] = field(default_factory=dict)

    def says(self, person: str, at_ms: int, packets: Iterable[bytes], *, each_ms: int = 20) -> int:
        """Somebody's microphone sends these from then on. Gives when it ended."""
        kept = self.streams.setdefault(person, bytearray())
        for number, payload in enumerate(packets):
            ms = at_ms + number * each_ms
            data = rtp(ms // each_ms, ms * 48, payload)
            kept += HEAD.pack(ms, Kind.AUDIO, len(data)) + data
        return ms + each_ms

    def ends(self, length_ms: int) -> None:
        """Lay it on the disk, closed."""
        here = self.folder / f"{self.number:04d}"
        here.mkdir(parents=True)
        began = round(self.began.timestamp() * 1000)
        for person, plain in self.streams.items():
            if self.key is None:
                (here / f"{person}.rtp").write_bytes(PLAIN + plain)
                continue
            block = sealed_block(self.key, bytes(plain), f"{self.hearing}/{self.number}/{person}/0")
            (here / f"{person}.rtp").write_bytes(SEALED + block)
        links: list[dict[str, Any]] = [
            {
                "kind": "begin",
                "hearing": self.hearing,
                "segment": self.number,
                "at": began,
                "sealed": self.key is not None,
            },
            {"kind": "end", "at": began + length_ms},
        ]
        (here / "chain").write_text("".join(json.dumps(link) + "\n" for link in links))


def sealed_block(key: bytes, plain: bytes, name: str) -> bytes:
    """A block of a sealed file, in its place."""
    nonce = b"n" * 12
    block = nonce + AESGCM(key).encrypt(nonce, plain, name.encode())
    return struct.pack(">I", len(block)) + block


@dataclass
class ByHeart:
    """An engine that says the same of every sound: what the court makes of an engine's words is shown without one."""

    says: Sequence[Heard]
    name: str = "by heart 1"
    model_sha256: str = "0" * 64
    asked: list[int] = field(default_factory=list)
    told: list[Sequence[str]] = field(default_factory=list)

    def hear(self, samples: Any, names: Sequence[str]) -> tuple[str, list[Heard]]:
        """The same words whatever is heard."""
        self.asked.append(len(samples))
        self.told.append(names)
        return "en", list(self.says)
