"""The log as files under one folder, as C2SP tlog-tiles lays them out, for any web server or mirror."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import TypeVar

from odr.ground.durable import make_folder, sync_folder, write_all
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import WrittenLog
from odr.notary.log.note import parse_note
from odr.notary.log.strict import HASH_SIZE, Malformed
from odr.notary.log.tiles import HEIGHT, WIDTH, bundle, tile_path, unbundle, width_at

T = TypeVar("T")
AT_ONCE = 1024
"""Files held in memory and written together."""
SYNCS = 8
"""Syncs asked of the disk at a time."""
_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def published_size(folder: Path) -> int:
    """Tree size of the published checkpoint; 0 when none can be read."""
    try:
        return Checkpoint.parse(parse_note((folder / "checkpoint").read_bytes()).text).size
    except (FileNotFoundError, Malformed):
        return 0


def publish_tiles(written: WrittenLog, folder: Path, size: int, old: int | None = None) -> None:
    """Write tiles and entry bundles that a tree of ``size`` has beyond the ``old`` one that is published.

    Done before signing: whatever tree was ever signed can be read back from here.
    """
    whole: list[str] = []
    files = _new_tiles(written, folder, size, min(published_size(folder) if old is None else old, size), whole)
    while some := list(itertools.islice(files, AT_ONCE)):
        _put(some)
    for path in whole:
        for partial in Path(f"{path}.p").glob("*"):
            partial.unlink()


def _new_tiles(written: WrittenLog, folder: Path, size: int, old: int, whole: list[str]) -> Iterator[tuple[str, bytes]]:
    """Files to be written; those that are full, and end their partial ones, are put in ``whole``."""
    level = 0
    while (count := size >> (HEIGHT * level)) and count > (before := old >> (HEIGHT * level)):
        for index in range(before // WIDTH, (count - 1) // WIDTH + 1):
            width = width_at(size, level, index)
            data = written.tile(level, index)[: width * HASH_SIZE]
            found = [(f"{folder}/{tile_path(level, index, width)}", data)]
            if level == 0:
                start = index * WIDTH
                entries = bundle(written.leaves(start, start + width))
                found.append((f"{folder}/{tile_path(None, index, width)}", entries))
            whole += [path for path, _ in found if width == WIDTH]
            yield from found
        level += 1


def publish_checkpoint(folder: Path, note: bytes) -> None:
    """Replace the published checkpoint, never by a smaller one."""
    if Checkpoint.parse(parse_note(note).text).size >= published_size(folder):
        put_checkpoint(folder, note)


def put_checkpoint(folder: Path, note: bytes) -> None:
    """Replace the published checkpoint by one that is known to be of no smaller tree."""
    _put([(f"{folder}/checkpoint", note)])


def published_entries(folder: Path, size: int, start: int) -> list[bytes]:
    """Entries ``start..size`` read back from published bundles. Raises ``LookupError`` when one is missing."""
    entries: list[bytes] = []
    for index in range(start // WIDTH, (size - 1) // WIDTH + 1):
        wanted = width_at(size, 0, index)
        paths = [folder / tile_path(None, index, width) for width in range(WIDTH, wanted - 1, -1)]
        found = next((path for path in paths if path.is_file()), None)
        if found is None:
            raise LookupError(f"published entries from {index * WIDTH} are missing")
        entries += unbundle(found.read_bytes())[:wanted]
    return entries[start % WIDTH :]


def published_extent(folder: Path, size: int) -> int:
    """How many entries are published without a gap, where at least ``size`` are: files for a tree are written before it is
    signed, so there may be more than any tree head says.
    """
    while wider := next(
        (wide for wide in range(WIDTH, size % WIDTH, -1) if (folder / tile_path(None, size // WIDTH, wide)).is_file()),
        0,
    ):
        size = size // WIDTH * WIDTH + wider
    return size


def _put(files: list[tuple[str, bytes]]) -> None:
    """Write files durably, each whole or not at all, their names too."""
    folders = {os.path.dirname(path) for path, _ in files}
    if len(folders) == len(files):
        each_together(_put_with_name, files)
        return
    each_together(_put_one, files)
    each_together(sync_folder, folders)


def _put_with_name(file: tuple[str, bytes]) -> None:
    _put_one(file)
    sync_folder(os.path.dirname(file[0]))


def each_together(act: Callable[[T], None], of: Collection[T]) -> None:
    """Together, so that the disk ends many syncs at once: ten times faster than one after another."""
    mine, *others = of
    # Whoever asks takes one itself: a tree head of a single leaf writes two files, and a thread handed both costs twice.
    given = [_pool().submit(act, one) for one in others]
    try:
        act(mine)
    finally:
        wait(given)
    for one in given:
        one.result()


@cache
def _pool() -> ThreadPoolExecutor:
    """Threads that wait for the disk, kept from one tree head to the next; begun in the process that writes."""
    return ThreadPoolExecutor(SYNCS, "log-files")


os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not come along


def _put_one(file: tuple[str, bytes]) -> None:
    path, data = file
    temporary = f"{path}.new"
    try:
        descriptor = os.open(temporary, _NEW, 0o666)
    except FileNotFoundError:
        make_folder(Path(path).parent)
        descriptor = os.open(temporary, _NEW, 0o666)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, path)
