"""The log as files under one folder, as C2SP tlog-tiles lays them out, for any web server or mirror."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from odr.ground.durable import sync_folder
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import leaves, tile_data
from odr.notary.log.note import parse_note
from odr.notary.log.strict import HASH_SIZE, Malformed
from odr.notary.log.tiles import HEIGHT, WIDTH, bundle, tile_path, unbundle, width_at

T = TypeVar("T")
AT_ONCE = 1024
"""Files held in memory and written together."""
SYNCS = 8
"""Syncs asked of the disk at a time."""


def published_size(folder: Path) -> int:
    """Tree size of the published checkpoint; 0 when none can be read."""
    try:
        return Checkpoint.parse(parse_note((folder / "checkpoint").read_bytes()).text).size
    except (FileNotFoundError, Malformed):
        return 0


def publish_tiles(session: Session, log_id: str, folder: Path, size: int) -> None:
    """Write tiles and entry bundles that a tree of ``size`` has beyond what is published.

    Done before signing: whatever tree was ever signed can be read back from here.
    """
    whole: list[Path] = []
    files = _new_tiles(session, log_id, folder, size, whole)
    while some := list(itertools.islice(files, AT_ONCE)):
        _put(some)
    for path in whole:
        for partial in path.with_name(f"{path.name}.p").glob("*"):
            partial.unlink()


def _new_tiles(
    session: Session, log_id: str, folder: Path, size: int, whole: list[Path]
) -> Iterator[tuple[Path, bytes]]:
    """Files to be written; those that are full, and end their partial ones, are put in ``whole``."""
    old = min(published_size(folder), size)
    level = 0
    while count := size >> (HEIGHT * level):
        for index in range((old >> (HEIGHT * level)) // WIDTH, (count - 1) // WIDTH + 1):
            width = width_at(size, level, index)
            data = tile_data(session, log_id, level, index)[: width * HASH_SIZE]
            found = [(folder / tile_path(level, index, width), data)]
            if level == 0:
                start = index * WIDTH
                found.append(
                    (folder / tile_path(None, index, width), bundle(leaves(session, log_id, start, start + width)))
                )
            whole += [path for path, _ in found if width == WIDTH]
            yield from found
        level += 1


def publish_checkpoint(folder: Path, note: bytes) -> None:
    """Replace the published checkpoint, never by a smaller one."""
    if Checkpoint.parse(parse_note(note).text).size >= published_size(folder):
        _put([(folder / "checkpoint", note)])


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


def _put(files: list[tuple[Path, bytes]]) -> None:
    """Write files durably, each whole or not at all, their names too."""
    folders = {path.parent for path, _ in files}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    each_together(_put_one, files)
    each_together(sync_folder, folders)


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


def _put_one(file: tuple[Path, bytes]) -> None:
    path, data = file
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as written:
        written.write(data)
        written.flush()
        os.fsync(written.fileno())
    os.replace(temporary, path)
