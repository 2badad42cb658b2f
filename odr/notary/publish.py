"""The log as files under one folder, as C2SP tlog-tiles lays them out, for any web server or mirror."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.orm import Session

from odr.notary.checkpoint import Checkpoint
from odr.notary.note import parse_note
from odr.notary.store import leaves, tile_data
from odr.notary.strict import HASH_SIZE, Malformed
from odr.notary.tiles import HEIGHT, WIDTH, bundle, tile_path, unbundle, width_at


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
    old = min(published_size(folder), size)
    level = 0
    while count := size >> (HEIGHT * level):
        for index in range((old >> (HEIGHT * level)) // WIDTH, (count - 1) // WIDTH + 1):
            width = width_at(size, level, index)
            data = tile_data(session, log_id, level, index)[: width * HASH_SIZE]
            _put_tile(folder, level, index, width, data)
            if level == 0:
                start = index * WIDTH
                _put_tile(folder, None, index, width, bundle(leaves(session, log_id, start, start + width)))
        level += 1


def publish_checkpoint(folder: Path, note: bytes) -> None:
    """Replace the published checkpoint, never by a smaller one."""
    if Checkpoint.parse(parse_note(note).text).size >= published_size(folder):
        _put(folder / "checkpoint", note)


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


def _put_tile(folder: Path, level: int | None, index: int, width: int, data: bytes) -> None:
    _put(folder / tile_path(level, index, width), data)
    if width == WIDTH:
        for partial in (folder / f"{tile_path(level, index)}.p").glob("*"):
            partial.unlink()


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
