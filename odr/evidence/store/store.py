"""Where the bytes of files lie: one protocol, a folder by default.

Names in a store are random. Nothing is ever overwritten: a name is created
once or the write fails. What ``write`` and ``adopt`` returned is durable.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from odr.ground import durable
from odr.ground.db import REFERENCE_FORM, new_reference
from odr.ground.durable import sync_folder, write_all
from odr.ground.errors import NotFound, StorageFull
from odr.ground.text import T

CHUNK = 256 * 1024
"""Bytes a read: measured best for hashing while reading."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK}


@dataclass(frozen=True)
class Stored:
    """What a store now keeps: its name there, SHA-256 (hex) and size in bytes."""

    key: str
    sha256: str
    size: int


class Reader(Protocol):
    """Anything bytes can be read from."""

    def read(self, size: int = ..., /) -> bytes: ...


def read_into(source: Reader, room: memoryview) -> int:
    """The next bytes of a source, put where they are wanted; without a copy where it can. Nothing at its end."""
    into = getattr(source, "readinto", None)
    if into is not None:
        return int(into(room))
    data = source.read(len(room))
    room[: len(data)] = data
    return len(data)


class BlobStore(Protocol):
    """What the court asks of a store."""

    def write(self, source: Reader) -> Stored:
        """Keep everything the source gives. Raises StorageFull, and then nothing is kept."""
        ...

    def adopt(self, path: Path, sha256: str, size: int) -> Stored:
        """Keep a finished, synced file, whose digest is known; the path stays until its owner removes it."""
        ...

    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from ``start``, in chunks. Raises NotFound before the first chunk."""
        ...

    def size(self, key: str) -> int:
        """Bytes kept under a name. Raises NotFound."""
        ...

    def erase(self, key: str) -> None:
        """Erase the bytes under a rule of erasure; a name that is gone is no error."""
        ...

    def names(self) -> Iterator[str]:
        """Every name, in order, so that ``check`` can find what nobody claims."""
        ...

    def forget_strays(self, before: float) -> int:
        """Remove what a killed process was writing and nobody has written to since then (POSIX time); how many."""
        ...

    def link_for(self, key: str, filename: str, seconds: int) -> str | None:
        """A short-lived address from which the store itself serves the download, if it can."""
        ...


@contextlib.contextmanager
def full_means_nothing() -> Iterator[None]:
    """Turn "no space", "over quota" and "over the size limit" into StorageFull (HTTP 507)."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise storage_full() from error
        raise


def storage_full() -> StorageFull:
    """The breach, with its way out."""
    return StorageFull(
        T("The court's storage is full. Nothing of this step was accepted."),
        T("Keep your file and try again later; the upload goes on where it stopped."),
    )


def make_folder(folder: Path) -> None:
    """Create a folder for its owner only, durably."""
    durable.make_folder(folder, mode=0o700)


def digest_of(path: Path, start: Any = None, offset: int = 0) -> Any:
    """SHA-256 object over a file, continuing a hash already fed up to ``offset`` when given."""
    hasher = start if start is not None else hashlib.sha256()
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        while count := file.readinto(buffer):
            hasher.update(view[:count])
    return hasher


class FolderStore:
    """Files in a local folder, fanned out by the first two letters of their name."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._temporary = root / "tmp"
        make_folder(self._temporary)

    def path(self, key: str) -> Path:
        """Where a name lies. Raises NotFound for anything that is not a name of ours."""
        if not REFERENCE_FORM.fullmatch(key):
            raise NotFound
        return self.root / key[:2] / key

    def write(self, source: Reader) -> Stored:
        temporary = self._temporary / new_reference()
        try:
            with full_means_nothing():
                sha256, size = self._receive(source, temporary)
                return self._name(temporary, sha256, size)
        finally:
            temporary.unlink(missing_ok=True)

    def adopt(self, path: Path, sha256: str, size: int) -> Stored:
        with full_means_nothing():
            try:
                return self._name(path, sha256, size)
            except OSError as error:
                if error.errno not in _NO_LINK:
                    raise
        # Another filesystem, or one without links: copy, hash again and compare.
        with path.open("rb", buffering=0) as file:
            stored = self.write(file)
        if (stored.sha256, stored.size) != (sha256, size):
            self.erase(stored.key)
            raise OSError(errno.EIO, "the copy differs from the file")
        return stored

    def open(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        try:
            file = self.path(key).open("rb", buffering=0)
        except FileNotFoundError as error:
            raise NotFound from error
        return _chunks(file, start, length)

    def size(self, key: str) -> int:
        try:
            return self.path(key).stat().st_size
        except FileNotFoundError as error:
            raise NotFound from error

    def erase(self, key: str) -> None:
        path = self.path(key)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)

    def names(self) -> Iterator[str]:
        for folder in sorted(self.root.glob("??")):
            yield from sorted(path.name for path in folder.iterdir() if REFERENCE_FORM.fullmatch(path.name))

    def forget_strays(self, before: float) -> int:
        left = 0
        for path in self._temporary.iterdir():
            with contextlib.suppress(FileNotFoundError):  # it has just been named
                if path.stat().st_mtime < before:
                    path.unlink()
                    left += 1
        return left

    def link_for(self, key: str, filename: str, seconds: int) -> str | None:
        return None

    def _receive(self, source: Reader, temporary: Path) -> tuple[str, int]:
        hasher, size = hashlib.sha256(), 0
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            while data := source.read(CHUNK):
                hasher.update(data)
                write_all(descriptor, data)
                size += len(data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return hasher.hexdigest(), size

    def _name(self, path: Path, sha256: str, size: int) -> Stored:
        """Give a synced file its random name. A link, unlike a rename, never overwrites."""
        key = new_reference()
        final = self.path(key)
        make_folder(final.parent)
        try:
            os.link(path, final)
        except OSError as error:
            if error.errno not in _NO_LINK or path.parent != self._temporary:
                raise
            os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
            os.replace(path, final)
        sync_folder(final.parent)
        return Stored(key, sha256, size)


def _chunks(file: BinaryIO | Any, start: int, length: int | None) -> Iterator[bytes]:
    with file:
        file.seek(start)
        left = length
        while left is None or left > 0:
            data = file.read(CHUNK if left is None else min(CHUNK, left))
            if not data:
                return
            if left is not None:
                left -= len(data)
            yield data
