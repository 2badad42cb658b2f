"""The sequencer: gives waiting leaves their index, one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from odr.ground.db import Database
from odr.ground.durable import alone, alone_if_free
from odr.notary.log.log_rows import WrittenLog, set_rows, store_tiles
from odr.notary.log.merkle_tree import leaf_hash
from odr.notary.log.tiles import extend
from odr.notary.models import LogEntry

BATCH = 65_536
"""Leaves taken into the tree in one transaction, and covered by one checkpoint."""
_ENTRIES = cast(Table, LogEntry.__table__).c
_WAITING = select(_ENTRIES.id, _ENTRIES.leaf).where(_ENTRIES.log_index.is_(None)).order_by(_ENTRIES.id).limit(BATCH)
_ADVISORY_LOCK = 0x6F64725F6C6F67


@contextmanager
def sequencer_lock(database: Database) -> Iterator[None]:
    """Hold the right to sequence and sign; waits for whoever has it.

    Never asked for inside a write transaction: the holder needs one itself.
    """
    if database.path is not None:
        with alone(database.path.with_name(database.path.name + ".sequencer")):
            yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})


@contextmanager
def sequencer_lock_if_free(database: Database) -> Iterator[bool]:
    """The same right, False where somebody else has it: nobody waits at the database, with a connection in hand."""
    if database.path is not None:
        with alone_if_free(database.path.with_name(database.path.name + ".sequencer")) as is_mine:
            yield is_mine
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK}).scalar_one():
            yield False
            return
        try:
            yield True
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_LOCK})


def integrate(session: Session, log_id: str, size: int) -> int:
    """Take up to :data:`BATCH` waiting leaves into the tree of ``size``, in the order they were written; gives how many.

    Raises :class:`odr.notary.log.tiles.CorruptTile` when the stored edge does not fit the tree.
    """
    waiting = session.connection().execute(_WAITING).all()
    if waiting:
        assign(session, log_id, size, [(entry_id, bytes(leaf)) for entry_id, leaf in waiting])
    return len(waiting)


def assign(session: Session, log_id: str, size: int, entries: list[tuple[int, bytes]]) -> None:
    """Give rows ``(id, leaf)`` the next indexes and grow the tiles by them."""
    grown: set[tuple[int, int]] = set()
    written = WrittenLog(session, log_id)

    def load(level: int, index: int) -> bytes:
        stored = written.tile(level, index)
        if stored:
            grown.add((level, index))
        return stored

    changed = extend(size, [leaf_hash(leaf) for _, leaf in entries], load)
    set_rows(
        session,
        "log_entry",
        ("log_id", "log_index"),
        "id",
        [(log_id, index, entry_id) for index, (entry_id, _) in enumerate(entries, size)],
    )
    store_tiles(session, log_id, changed, grown)
