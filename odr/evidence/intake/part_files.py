"""Part files: the bytes of an unfinished upload, written by one sender at a time."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from odr.evidence.intake.background_hashing import Alongside, AtOnce, Checkpoint
from odr.evidence.intake.upload_errors import BodyCut, UploadBusy
from odr.evidence.store.store import Reader, full_means_nothing, make_folder, read_into
from odr.ground.durable import sync_folder, write_all

LONG = 16 * 2**20
"""Bytes from which on a body is worth threads of its own."""


@dataclass(frozen=True)
class Poured:
    """How one body ended: bytes written, whether the sender's connection broke, whether more was coming."""

    size: int
    cut: bool
    overflow: bool


class Part:
    """An open, locked part file."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @property
    def size(self) -> int:
        """Bytes in the file, acknowledged or not."""
        return os.fstat(self._descriptor).st_size

    def rewind(self, offset: int) -> None:
        """Drop what was never acknowledged and stand at ``offset``."""
        os.ftruncate(self._descriptor, offset)
        os.lseek(self._descriptor, offset, os.SEEK_SET)

    def pour(
        self, source: Reader, limit: int, feed: list[Any], every: int = 0, checkpoint: Checkpoint | None = None
    ) -> Poured:
        """Write at most ``limit`` bytes from the source, feeding the hashers.

        After each ``every`` bytes ``checkpoint(written, states)`` is called with what is durable and the
        hashers' states there. A long body is hashed and synced beside its receiving, by threads of its own.
        Raises StorageFull; a broken connection is an end, not an error.
        """
        with Alongside(feed) if limit >= LONG else AtOnce(feed) as beside:
            return self._pour(source, limit, beside, every, checkpoint)

    def _pour(
        self, source: Reader, limit: int, beside: Alongside | AtOnce, every: int, checkpoint: Checkpoint | None
    ) -> Poured:
        written, due = 0, every
        while written < limit:
            room = beside.room()
            try:
                count = read_into(source, memoryview(room)[: limit - written])
            except BodyCut:
                return Poured(written, True, False)
            if not count:
                return Poured(written, False, False)
            beside.feed(room, count)
            with full_means_nothing():
                write_all(self._descriptor, memoryview(room)[:count])
            written += count
            if checkpoint and due and written >= due and written < limit:
                beside.mark(self.sync, checkpoint, written)
                due = written + every
        return Poured(written, False, _has_more(source))

    def sync(self) -> None:
        """Make the bytes durable: nothing is acknowledged before this returns."""
        with full_means_nothing():
            os.fsync(self._descriptor)

    def window(self, size: int) -> tuple[bytes, bytes]:
        """The first and the last ``size`` bytes."""
        end = self.size
        return os.pread(self._descriptor, size, 0), os.pread(self._descriptor, size, max(0, end - size))

    def remove(self) -> None:
        """Forget the bytes."""
        self.path.unlink(missing_ok=True)


def _has_more(source: Reader) -> bool:
    try:
        return bool(source.read(1))
    except BodyCut:
        return False


class Parts:
    """The folder of part files. It should be on the same filesystem as the store's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)

    def path(self, reference: str) -> Path:
        """Where an upload's bytes wait."""
        return self.folder / f"{reference}.part"

    @contextlib.contextmanager
    def locked(self, reference: str) -> Iterator[Part]:
        """Open an upload's part for one writer. Raises UploadBusy (423) when there is another.

        The lock lies on the open file, so it ends with the process whatever happens to it.
        """
        path = self.path(reference)
        with full_means_nothing():
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise UploadBusy from error
            yield Part(path, descriptor)
        finally:
            os.close(descriptor)

    def resting_since(self, before: float) -> list[str]:
        """References of part files into which nothing was written since then (POSIX time)."""
        found = []
        for path in self.folder.glob("*.part"):
            with contextlib.suppress(FileNotFoundError):  # it has just been finished
                if path.stat().st_mtime < before:
                    found.append(path.stem)
        return found

    def name_durable(self) -> None:
        """Make newly created part names durable."""
        sync_folder(self.folder)


class Hashes:
    """SHA-256 states of unfinished uploads, so that the last piece need not read the whole again.

    Only a saving: a state not found (another process, a restart) means reading
    the part file. A state is kept for acknowledged bytes only, which never change.
    """

    def __init__(self, capacity: int = 512) -> None:
        self._states: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()
        self._capacity = capacity

    def take(self, reference: str, offset: int) -> Any | None:
        """The state after ``offset`` bytes, or None when it is not known here."""
        if offset == 0:
            return hashlib.sha256()
        with self._lock:
            known = self._states.get(reference)
        return known[1].copy() if known and known[0] == offset else None

    def put(self, reference: str, offset: int, state: Any) -> None:
        """Remember the state after acknowledged bytes."""
        with self._lock:
            self._states[reference] = (offset, state.copy())
            self._states.move_to_end(reference)
            while len(self._states) > self._capacity:
                self._states.popitem(last=False)

    def drop(self, reference: str) -> None:
        """Forget a finished upload."""
        with self._lock:
            self._states.pop(reference, None)
