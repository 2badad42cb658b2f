"""Rows of the log: tiles, entries and checkpoints, read and written for the sequencer and the prover."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from odr.notary.log.tiles import WIDTH, TileReader
from odr.notary.models import Log, LogCheckpoint, LogCosignature, LogEntry, LogTile, TimestampToken

# Every place in the log asks these: they are built once, with places for their values.
_TILE = select(LogTile.data).where(
    LogTile.log_id == bindparam("log"), LogTile.level == bindparam("level"), LogTile.tile_index == bindparam("index")
)
_TILES, _ENTRIES = cast(Table, LogTile.__table__), cast(Table, LogEntry.__table__)
_NEW_TILES = insert(_TILES)
_GROWN = (
    update(_TILES)
    .where(_TILES.c.log_id == bindparam("log"), _TILES.c.level == bindparam("at_level"))
    .where(_TILES.c.tile_index == bindparam("index"))
    .values(data=bindparam("data"))
)
_LEAVES = (
    select(LogEntry.log_index, LogEntry.leaf)
    .where(LogEntry.log_id == bindparam("log"))
    .where(LogEntry.log_index >= bindparam("start"), LogEntry.log_index < bindparam("end"))
    .order_by(LogEntry.log_index)
)
# The same of the tables alone, for the round that takes leaves in: it asks each once, past the session and its memory.
_PLAIN_TILE = select(_TILES.c.data).where(
    _TILES.c.log_id == bindparam("log"), _TILES.c.level == bindparam("level"), _TILES.c.tile_index == bindparam("index")
)
_PLAIN_LEAVES = (
    select(_ENTRIES.c.log_index, _ENTRIES.c.leaf)
    .where(_ENTRIES.c.log_id == bindparam("log"))
    .where(_ENTRIES.c.log_index >= bindparam("start"), _ENTRIES.c.log_index < bindparam("end"))
    .order_by(_ENTRIES.c.log_index)
)
_LATEST = (
    select(LogCheckpoint).where(LogCheckpoint.log_id == bindparam("log")).order_by(LogCheckpoint.size.desc()).limit(1)
)


def tile_data(session: Session, log_id: str, level: int, index: int) -> bytes:
    """A tile as stored, or nothing."""
    found = session.execute(_TILE, {"log": log_id, "level": level, "index": index}).scalar()
    return bytes(found) if found is not None else b""


class WrittenLog:
    """Tiles and entries of one log as one transaction finds them, for a round that looks at each from several sides: what
    was read is remembered, so nothing may be written meanwhile.
    """

    def __init__(self, session: Session, log_id: str) -> None:
        self._connection = session.connection()
        self._log_id = log_id
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._edge: tuple[int, int, list[bytes]] | None = None

    def tile(self, level: int, index: int) -> bytes:
        """A tile as stored, or nothing."""
        known = self._tiles.get((level, index))
        if known is None:
            where = {"log": self._log_id, "level": level, "index": index}
            found = self._connection.execute(_PLAIN_TILE, where).scalar()
            known = self._tiles[level, index] = b"" if found is None else bytes(found)
        return known

    def leaves(self, start: int, end: int) -> list[bytes]:
        """Entries ``start..end`` in order; those of one tile are remembered. Raises ``LookupError`` when one is missing."""
        if self._edge is not None and self._edge[:2] == (start, end):
            return self._edge[2]
        rows = self._connection.execute(_PLAIN_LEAVES, {"log": self._log_id, "start": start, "end": end}).all()
        found = _in_order(self._log_id, rows, start, end)
        if len(found) <= WIDTH:
            self._edge = (start, end, found)
        return found


def tile_reader(session: Session, log_id: str, needed: Iterable[tuple[int, int]] = ()) -> TileReader:
    """A reader of subtree hashes; ``needed`` tiles are fetched in one query."""
    reader = TileReader(lambda level, index: tile_data(session, log_id, level, index))
    keys = sorted(needed)
    if keys:
        rows = session.execute(
            select(LogTile.level, LogTile.tile_index, LogTile.data).where(
                LogTile.log_id == log_id, tuple_(LogTile.level, LogTile.tile_index).in_(keys)
            )
        )
        reader.seed({(level, index): bytes(data) for level, index, data in rows})
    return reader


def store_tiles(
    session: Session, log_id: str, tiles: Mapping[tuple[int, int], bytes], grown: Collection[tuple[int, int]]
) -> None:
    """Write tiles: those in ``grown`` were there and are longer now, the others are new."""
    new: list[dict[str, object]] = []
    for (level, index), data in tiles.items():
        if (level, index) in grown:
            session.execute(_GROWN, {"log": log_id, "at_level": level, "index": index, "data": data})
        else:
            new.append({"log_id": log_id, "level": level, "tile_index": index, "data": data})
    if new:
        session.execute(_NEW_TILES, new)


def tree_size(session: Session, log_id: str) -> int:
    """How many entries have their index."""
    last = session.execute(select(func.max(LogEntry.log_index)).where(LogEntry.log_id == log_id)).scalar()
    return 0 if last is None else last + 1


def leaves(session: Session, log_id: str, start: int, end: int) -> list[bytes]:
    """Entries ``start..end`` in order. Raises ``LookupError`` when one is missing."""
    return _in_order(log_id, session.execute(_LEAVES, {"log": log_id, "start": start, "end": end}).all(), start, end)


def _in_order(log_id: str, rows: Sequence[Any], start: int, end: int) -> list[bytes]:
    for expected, (index, _) in enumerate(rows, start):
        if index != expected:
            raise LookupError(f"entry {expected} of log {log_id} is missing")
    if len(rows) != end - start:
        raise LookupError(f"entry {start + len(rows)} of log {log_id} is missing")
    return [bytes(leaf) for _, leaf in rows]


def open_log(session: Session) -> Log | None:
    """The log that takes entries now."""
    return session.execute(select(Log).where(Log.closed_at.is_(None)).order_by(Log.opened_at.desc())).scalars().first()


def latest_checkpoint(session: Session, log_id: str) -> LogCheckpoint | None:
    """The checkpoint with the largest tree."""
    return session.execute(_LATEST, {"log": log_id}).scalars().first()


def _first_over(row: type[LogCheckpoint] | type[LogCosignature]) -> ColumnElement[int]:
    query = select(func.min(row.size)).where(row.log_id == LogEntry.log_id, row.size > LogEntry.log_index)
    return query.correlate(LogEntry).scalar_subquery()


COVERED_AT = func.coalesce(_first_over(LogCosignature), _first_over(LogCheckpoint))
"""Of an entry, the size of the first witnessed checkpoint that covers it, or of the first at all: the tightest bound in time."""


def checkpoints(session: Session, log_id: str, sizes: Iterable[int]) -> dict[int, LogCheckpoint]:
    """Checkpoints of a log by their sizes."""
    where = (LogCheckpoint.log_id == log_id, LogCheckpoint.size.in_(sorted(sizes)))
    return {row.size: row for row in session.execute(select(LogCheckpoint).where(*where)).scalars()}


def cosignatures(session: Session, log_id: str, *sizes: int) -> Sequence[LogCosignature]:
    """Cosignatures of checkpoints, by size and witness."""
    where = (LogCosignature.log_id == log_id, LogCosignature.size.in_(sorted(sizes)))
    rows = select(LogCosignature).where(*where).order_by(LogCosignature.size, LogCosignature.witness)
    return session.execute(rows).scalars().all()


def tokens(session: Session, log_id: str, size: int) -> dict[str, bytes]:
    """RFC 3161 responses over one checkpoint, by provider."""
    where = (TimestampToken.log_id == log_id, TimestampToken.size == size)
    rows = session.execute(
        select(TimestampToken.provider, TimestampToken.token).where(*where).order_by(TimestampToken.provider)
    )
    return {provider: bytes(token) for provider, token in rows}


def insert_rows(session: Session, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Write thousands of rows of plain values straight through the driver: what wraps each value costs more than
    writing it.

    Table and columns are names of this program, never of anybody else.
    """
    mark = "%s" if session.get_bind().dialect.name == "postgresql" else "?"
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(mark for _ in columns)})"  # nosec B608 - our own names
    session.connection().exec_driver_sql(statement, list(rows))


def set_rows(
    session: Session, table: str, columns: Sequence[str], key: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Set columns of thousands of rows in the same way; each row gives the columns' values and then the key's."""
    mark = "%s" if session.get_bind().dialect.name == "postgresql" else "?"
    statement = f"UPDATE {table} SET {', '.join(f'{column} = {mark}' for column in columns)} WHERE {key} = {mark}"  # nosec B608 - our own names
    session.connection().exec_driver_sql(statement, list(rows))
