"""What a monitor remembers of a log: the last tree head it believed and that tree's right edge, durably."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from odr.notary.log.merkle_tree import EMPTY_ROOT
from odr.notary.log.strict import Malformed, b64, base64_bytes, hash_value
from odr.notary.log.tiles import HEIGHT, WIDTH, TileReader


class MemoryDamaged(Exception):
    """What was remembered cannot be read; it is not thrown away by itself, since it may be the only proof against the
    log.
    """


@dataclass(frozen=True)
class Seen:
    """A tree that was checked whole. ``edge`` holds the tiles that the next entries continue."""

    vkey: str
    size: int
    root: bytes
    edge: Mapping[tuple[int, int], bytes]
    note: bytes

    @classmethod
    def nothing(cls, vkey: str) -> Seen:
        """Before the first visit."""
        return cls(vkey, 0, EMPTY_ROOT, {}, b"")

    def encode(self) -> bytes:
        """As it is kept."""
        edge = {f"{level}/{index}": b64(data) for (level, index), data in sorted(self.edge.items())}
        return json.dumps(
            {"vkey": self.vkey, "size": self.size, "root": b64(self.root), "edge": edge, "note": b64(self.note)},
            indent=1,
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Seen:
        """Read what was kept; the edge must give the root. Raises :class:`MemoryDamaged`."""
        try:
            kept = json.loads(data)
            edge = {
                (int(level), int(index)): base64_bytes(text)
                for name, text in kept["edge"].items()
                for level, index in [name.split("/")]
            }
            seen = cls(str(kept["vkey"]), int(kept["size"]), hash_value(kept["root"]), edge, base64_bytes(kept["note"]))
            sound = TileReader(lambda level, index: edge.get((level, index), b"")).root(seen.size) == seen.root
        except (Malformed, ValueError, KeyError, TypeError, AttributeError, LookupError) as error:
            raise MemoryDamaged(f"cannot be read: {error}") from error
        if not sound:
            raise MemoryDamaged("its edge does not give its root")
        return seen


def edge_of(tiles: Mapping[tuple[int, int], bytes], size: int) -> dict[tuple[int, int], bytes]:
    """Of a tree's tiles those that further entries continue."""
    return {place: data for place, data in tiles.items() if place[1] == (size >> (HEIGHT * place[0])) // WIDTH}


class Memory:
    """A folder in which one file stands for each log, and beside it the tree heads that contradict it."""

    def __init__(self, folder: Path, vkey: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._name = hashlib.sha256(vkey.encode()).hexdigest()[:32]

    @property
    def path(self) -> Path:
        """The file of this log."""
        return self._folder / f"{self._name}.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One monitor of a log at a time: another waits."""
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def load(self) -> Seen | None:
        """What is remembered; None before the first visit. Raises :class:`MemoryDamaged`."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Seen.decode(data)
        except MemoryDamaged as error:
            raise MemoryDamaged(f"{self.path}: {error}") from error

    def keep(self, seen: Seen) -> None:
        """Remember, so that a power cut leaves the old memory or the new one."""
        self._write(self.path, seen.encode())

    def keep_proof(self, ours: bytes, theirs: bytes) -> list[Path]:
        """Keep the two signed heads that contradict one another; nothing is ever written over."""
        kept = []
        for note in (ours, theirs):
            path = self._folder / f"{self._name}-{hashlib.sha256(note).hexdigest()[:16]}.checkpoint"
            if not path.exists():
                self._write(path, note)
            kept.append(path)
        return kept

    def _write(self, path: Path, data: bytes) -> None:
        fresh = path.with_name(path.name + ".new")
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
