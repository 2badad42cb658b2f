"""The log's published files, which give back what a lost database held: each is what its signed tree head says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.text import T, Text
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.log_rows import leaves, tile_data, tree_size
from odr.notary.log.merkle_tree import leaf_hash
from odr.notary.log.note import NoteRefused, parse_note, verify_note
from odr.notary.log.signer import log_key
from odr.notary.log.strict import HASH_SIZE, Malformed
from odr.notary.log.tiles import (
    HEIGHT,
    WIDTH,
    CorruptTile,
    TileReader,
    bundle,
    tile_path,
    tile_root,
    unbundle,
    width_at,
)
from odr.notary.models import Log, LogCheckpoint

BEHIND = 1
"""Heads the files may be behind: a process ended between its commit and its file, and the worker's next round writes it."""
Tiles = dict[tuple[int, int], bytes]
_PLACE = re.compile(r"tile/(entries|\d{1,2})/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


def faults(session: Session, log: Log, folder: Path) -> Iterator[tuple[str, Text]]:
    """Each published file of a log that is missing, altered, left over or set back: its path below ``folder``, and what
    is wrong with it. What lies there is judged by the tree head that lies there, so a damaged database is no fault of
    the files.
    """
    heads = list(session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.log_id == log.id)))
    try:
        note = parse_note((folder / "checkpoint").read_bytes())
        verify_note(note, [log_key(log)])
        signed = Checkpoint.parse(note.text)
    except FileNotFoundError:
        if len(heads) > BEHIND:
            yield "checkpoint", T("The published tree head is missing.")
        return
    except (Malformed, NoteRefused):
        yield "checkpoint", T("The published tree head is not signed by the log.")
        return
    if sum(size > signed.size for size in heads) > BEHIND:
        yield (
            "checkpoint",
            T(
                "The published tree head has %(size)s entries, the newest that was signed %(newest)s: the files were set back.",
                size=signed.size,
                newest=max(heads),
            ),
        )
    yield from _tree(folder, signed)
    yield from _left_over(session, log.id, folder, signed.size)


def _tree(folder: Path, signed: Checkpoint) -> Iterator[tuple[str, Text]]:
    """Entries and tiles give the signed root; where they do not, each file that speaks against the others."""
    entries: Tiles = {}
    for index in range(-(-signed.size // WIDTH)):
        width = width_at(signed.size, 0, index)
        found = _entries(folder, index, width)
        if found is None:
            yield (
                tile_path(None, index, width),
                T("A published file of the log is missing or shorter than its tree head says."),
            )
        else:
            entries[0, index] = found
    stored: Tiles = {}
    level = 0
    while count := signed.size >> (HEIGHT * level):
        for index in range(-(-count // WIDTH)):
            width = width_at(signed.size, level, index)
            data = _widest(folder, level, index, width)
            if data is None or len(data) < width * HASH_SIZE:
                yield (
                    tile_path(level, index, width),
                    T("A published file of the log is missing or shorter than its tree head says."),
                )
            else:
                stored[level, index] = data[: width * HASH_SIZE]
        level += 1
    altered = T("A published file of the log is not what the signed tree head says.")
    for place in sorted(stored.keys() | entries.keys()):
        above, at = (place[0] + 1, place[1] // WIDTH), place[1] % WIDTH * HASH_SIZE
        tile, said = stored.get(place), entries.get(place)
        width = width_at(signed.size, *place)
        if tile is not None and said is not None and tile != said:
            # Which of the two is right the tree says: the hash above a full tile, or the root at the edge.
            vouched = _vouches(stored, above, at, tile, signed)
            yield (tile_path(None, place[1], width) if vouched else tile_path(place[0], place[1], width)), altered
        elif (
            tile is not None
            and width == WIDTH
            and stored.get(above, b"")[at:][:HASH_SIZE] not in (b"", tile_root(tile))
        ):
            yield tile_path(*above, width_at(signed.size, *above)), altered
    if signed.size and _root(stored, signed.size) not in (None, signed.root):
        yield "checkpoint", T("The published files do not give the root of their signed tree head.")


def _vouches(stored: Tiles, above: tuple[int, int], at: int, tile: bytes, signed: Checkpoint) -> bool:
    if len(tile) == WIDTH * HASH_SIZE and above in stored:
        return stored[above][at : at + HASH_SIZE] == tile_root(tile)
    return _root(stored, signed.size) == signed.root


def _root(stored: Tiles, size: int) -> bytes | None:
    """Root by the published tiles; None where one of them is missing, which is told by itself."""
    try:
        return TileReader(lambda level, index: stored.get((level, index), b"")).root(size)
    except CorruptTile:
        return None


def _widest(folder: Path, level: int | None, index: int, width: int) -> bytes | None:
    """The tile or bundle in a file of at least this width, the full one first: while it is published the narrow ones go."""
    for wide in range(WIDTH, width - 1, -1):
        data = _read(folder / tile_path(level, index, wide))
        if data is not None:
            return data
    return None


def _read(path: Path) -> bytes | None:
    """A file, unless it is not there any more."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _entries(folder: Path, index: int, width: int) -> bytes | None:
    """Hashes of the published entries of a bundle."""
    data = _widest(folder, None, index, width)
    try:
        found = [] if data is None else unbundle(data)[:width]
    except ValueError:
        return None
    return b"".join(map(leaf_hash, found)) if len(found) == width else None


def _left_over(session: Session, log_id: str, folder: Path, size: int) -> Iterator[tuple[str, Text]]:
    """Files that no tree head gives. Narrow ones of before stay until their tile is full, and what is written just before
    a tree is signed is what the database has: neither is left over.
    """
    stored = tree_size(session, log_id)
    for path in sorted(path for path in (folder / "tile").rglob("*") if path.is_file() and path.suffix != ".new"):
        name = path.relative_to(folder).as_posix()
        place = _PLACE.fullmatch(name)
        if place is not None:
            level = None if place[1] == "entries" else int(place[1])
            index, width, data = int(re.sub("[x/]", "", place[2])), int(place[3] or WIDTH), _read(path)
            if data is None:
                continue
            if width <= width_at(size, level or 0, index):
                whole = _widest(folder, level, index, width_at(size, level or 0, index))
                if whole is None or whole.startswith(data):
                    continue
            elif width <= width_at(stored, level or 0, index) and data == _of_rows(
                session, log_id, level, index, width
            ):
                continue
        yield name, T("A file lies among the published ones that is not of this log.")


def _of_rows(session: Session, log_id: str, level: int | None, index: int, width: int) -> bytes:
    """The same file out of the database."""
    if level is not None:
        return tile_data(session, log_id, level, index)[: width * HASH_SIZE]
    try:
        return bundle(leaves(session, log_id, index * WIDTH, index * WIDTH + width))
    except LookupError:
        return b""
