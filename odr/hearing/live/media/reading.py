"""What the recorder wrote, packet by packet; a sealed segment is opened by its key."""

from __future__ import annotations

import enum
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLAIN, SEALED = b"ODRRTP1\n", b"ODRSEAL\n"
HEAD = struct.Struct(">IBH")
"""Before each packet: milliseconds, kind, length."""
PART = 64 * 1024
"""Bytes of a file that are read at once: of each person in a film twice as many are held, of four together half a million."""


class Kind(enum.IntEnum):
    """What was recorded."""

    AUDIO = 0
    """An RTP packet with Opus."""
    VIDEO = 1
    """An RTP packet with VP8."""
    AUDIO_REPORT = 2
    """An RTCP sender report about the sound."""
    VIDEO_REPORT = 3
    """An RTCP sender report about the picture."""


class NotReadable(Exception):
    """The file is none of the recorder's, or its key is another."""


@dataclass(frozen=True)
class Recorded:
    """One packet as it came, and when: milliseconds into the segment."""

    ms: int
    kind: Kind
    data: bytes


@dataclass(frozen=True)
class Segment:
    """A segment's folder: who is in it, when it began and ended, what was ordered at which moment."""

    folder: Path
    number: int
    hearing: str
    began_ms: int
    """Milliseconds since 1970 by the room's clock."""
    length_ms: int
    is_sealed: bool
    is_closed: bool
    marks: tuple[dict[str, Any], ...]
    """Orders and other moments: ``ms``, ``do``, ``person`` and what belongs to it (``page``: ``exhibit``, ``page``)."""

    @property
    def persons(self) -> list[str]:
        """Whose sound or picture is in it."""
        return sorted(path.stem for path in self.folder.glob("*.rtp"))

    def packets(self, person: str, key: bytes | None = None) -> Iterator[Recorded]:
        """What was recorded of somebody, in the order it came, up to where the file ends. Raises NotReadable."""
        with (self.folder / f"{person}.rtp").open("rb") as file:
            yield from packets_in(file, f"{self.hearing}/{self.number}/{person}", key)


def open_segment(folder: Path) -> Segment:
    """A segment by its folder. Raises NotReadable."""
    links = []
    for line in (folder / "chain").read_bytes().split(b"\n"):
        try:
            links.append(json.loads(line))
        except ValueError:
            break  # the line being written when the room was killed
    if not links or links[0].get("kind") != "begin":
        raise NotReadable(str(folder))
    begin, last = links[0], links[-1]
    end = last.get("last", last["at"]) if last["kind"] == "cut" else last["at"]
    return Segment(
        folder,
        begin["segment"],
        begin["hearing"],
        begin["at"],
        end - begin["at"],
        begin["sealed"],
        last["kind"] in ("end", "cut"),
        tuple(mark for link in links for mark in link.get("marks", ())),
    )


def segments(folder: Path) -> list[Segment]:
    """Every segment of a hearing, in their order. Raises NotReadable."""
    return [open_segment(path) for path in piece_folders(folder)]


def piece_folders(folder: Path) -> list[Path]:
    """Where each segment of a hearing lies, in their order."""
    found = [path for path in folder.iterdir() if path.name.isdigit() and (path / "chain").is_file()]
    return sorted(found, key=lambda path: int(path.name))


def packets_in(file: BinaryIO, name: str, key: bytes | None = None) -> Iterator[Recorded]:
    """The packets of a file, of which never more than a part is held; one that was cut off in the middle ends before it.
    Raises NotReadable.
    """
    mark = file.read(len(PLAIN))
    if mark == SEALED and key is None:
        raise NotReadable(f"{name} is sealed")
    if mark and mark not in (PLAIN, SEALED):
        raise NotReadable(f"{name} is no recording")
    parts = _opened(file, name, key) if mark == SEALED and key is not None else iter(lambda: file.read(PART), b"")
    rest = b""
    for part in parts:
        rest, place = rest + part, 0
        while place + HEAD.size <= len(rest):
            ms, kind, length = HEAD.unpack_from(rest, place)
            if place + HEAD.size + length > len(rest):
                break
            place += HEAD.size
            try:
                yield Recorded(ms, Kind(kind), rest[place : place + length])
            except ValueError as error:
                raise NotReadable(f"{name}: {error}") from None
            place += length
        rest = rest[place:]


def read_packets(data: bytes, name: str, key: bytes | None = None) -> Iterator[Recorded]:
    """The packets of a file that is held as a whole. Raises NotReadable."""
    return packets_in(BytesIO(data), name, key)


class Tail:
    """A person's file while the recorder writes it: each reading gives what is whole and was not given before, and looks at
    nothing twice, however long the piece is.
    """

    def __init__(self, segment: str, path: Path, key: bytes | None = None) -> None:
        self._path, self._key = path, key
        self._name = f"{segment}/{path.stem}"
        self._place, self._block, self._rest = 0, 0, b""

    def read(self) -> list[Recorded]:
        """Packets that were written since. Raises NotReadable."""
        with self._path.open("rb") as file:
            file.seek(self._place)
            data = file.read()
        if self._place == 0:
            if len(data) < len(PLAIN):
                return []
            if data[: len(PLAIN)] not in (PLAIN, SEALED) or (data[: len(PLAIN)] == SEALED) != (self._key is not None):
                raise NotReadable(self._name)
            data, self._place = data[len(PLAIN) :], len(PLAIN)
        self._rest += self._taken(data)
        found, place = list[Recorded](), 0
        while place + HEAD.size <= len(self._rest):
            ms, kind, length = HEAD.unpack_from(self._rest, place)
            if place + HEAD.size + length > len(self._rest):
                break
            place += HEAD.size
            if kind not in list(Kind):
                raise NotReadable(self._name)
            found.append(Recorded(ms, Kind(kind), self._rest[place : place + length]))
            place += length
        self._rest = self._rest[place:]
        return found

    def _taken(self, data: bytes) -> bytes:
        """Of a plain file everything; of a sealed one its whole blocks, opened, and the rest next time."""
        if self._key is None:
            self._place += len(data)
            return data
        parts, place = list[bytes](), 0
        while place + 4 <= len(data):
            (length,) = struct.unpack_from(">I", data, place)
            if place + 4 + length > len(data):
                break
            parts.append(_block(data[place + 4 : place + 4 + length], f"{self._name}/{self._block}", self._key))
            place += 4 + length
            self._block += 1
        self._place += place
        return b"".join(parts)


def _block(block: bytes, name: str, key: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(block[:12], block[12:], name.encode())
    except (InvalidTag, ValueError):
        raise NotReadable(f"{name} opens by another key") from None


def _opened(file: BinaryIO, name: str, key: bytes) -> Iterator[bytes]:
    """The blocks of a sealed file, each only in its own place."""
    number = 0
    while len(head := file.read(4)) == 4:
        (length,) = struct.unpack(">I", head)
        block = file.read(length)
        if len(block) < length:
            return
        yield _block(block, f"{name}/{number}", key)
        number += 1
