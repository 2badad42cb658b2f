"""Files that survive a power cut, whole under their name or not there at all; and files that one process holds at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_durably(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace a file so that after a power cut it is the old one or the new one, whole."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.fchmod(descriptor, mode)
        if os.geteuid() == 0:
            # An operator's command, at the folder of another user: that user's process must be able to read it.
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, path)
    sync_folder(path.parent)


def write_all(descriptor: int, data: memoryview | bytes) -> None:
    """Write every byte or raise; a short write is not an acknowledgement."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_folder(folder: Path | str) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder and those above it where they are missing, their names durable too."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode=mode)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


@contextmanager
def alone(path: Path, *, with_others: bool = False) -> Iterator[None]:
    """Be the only one who holds a file, or one of those ``with_others`` who let nobody be alone; waits for whoever is there.

    The lock lies on the open file, so it ends with the process whatever happens to it.
    """
    with _opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH if with_others else fcntl.LOCK_EX)
        yield


@contextmanager
def alone_if_free(path: Path) -> Iterator[bool]:
    """Be the only one who holds a file; False where somebody else does."""
    with _opened(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
