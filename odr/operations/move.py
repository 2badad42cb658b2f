"""A court moves from one kind of database to the other: every row copied through its own types, then compared with its source.

Small courts begin on SQLite and grow out of it; one put back on a machine without
PostgreSQL goes the other way. The court is stopped meanwhile. The published log, the
vault and the files stay where they are: they do not know which database names them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Connection, String, Table, create_engine, func, insert, inspect, null, select, text
from sqlalchemy.pool import NullPool

from odr.ground import migrate
from odr.ground.db import Base

BATCH = 1_000
"""Rows written at a time."""


class MoveRefused(Exception):
    """The copy cannot be made as asked, or did not come out the same; the source was only read."""


@dataclass(frozen=True)
class Moved:
    """How many rows of each table were copied and found the same."""

    rows: dict[str, int]


def copy_database(source: str, target: str) -> Moved:
    """Copy every row of the database at ``source`` into the empty one at ``target``, and compare.

    Raises :class:`MoveRefused` where the source lacks a step, the target holds tables, or a table differs afterwards.
    """
    if migrate.is_newer(source):
        raise MoveRefused("a newer program has used the database: copy it with that one, which knows every column")
    if migrate.pending(source):
        raise MoveRefused("the database is not in the form this version needs: run `flask db upgrade` first")
    reading = create_engine(source, poolclass=NullPool)
    writing = create_engine(target, poolclass=NullPool)
    with writing.connect() as there:
        if inspect(there).get_table_names():
            raise MoveRefused(f"there are tables already: name an empty database ({writing.url})")
    migrate.load_models()
    migrate.upgrade(target)
    with reading.connect() as here:
        _in_one_moment(here)
        with writing.begin() as there:
            watched = _take_down_triggers(there)
            for table in Base.metadata.sorted_tables:
                _copy(here, there, table)
            _go_on_numbering(there)
            for statement in watched:
                there.exec_driver_sql(statement)
        counts = {}
        with writing.connect() as there:
            for table in Base.metadata.sorted_tables:
                counts[table.name] = _same(here, there, table)
    return Moved({name: count for name, count in counts.items() if count})


def _in_one_moment(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _take_down_triggers(connection: Connection) -> list[str]:
    """What watches over rows as they are written one after another would refuse a table that comes as a whole. Gives the
    statements that put each trigger up again.
    """
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        drops = [f'DROP TRIGGER "{name}"' for name, _ in found]
    else:
        found = connection.exec_driver_sql(
            "SELECT tgname, pg_get_triggerdef(oid), tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
        ).all()
        drops = [f'DROP TRIGGER "{row[0]}" ON {row[2]}' for row in found]
    for statement in drops:
        connection.exec_driver_sql(statement)
    return [str(row[1]) for row in found]


def _copy(here: Connection, there: Connection, table: Table) -> None:
    if there.scalar(select(func.count()).select_from(table)):
        raise MoveRefused(f"{table.name} is not empty after its form was laid")
    for rows in _batches(here, table):
        there.execute(insert(table), rows)


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table by its key. A column of JSON without a value and one that holds ``null`` are two things."""
    absent = [column for column in table.columns if isinstance(column.type, JSON) and column.nullable]
    wanted = select(*table.columns, *(column.is_(null()).label(f"no {column.name}") for column in absent))
    # Both engines sort texts by their bytes then; another collation would tell the same rows in another order.
    by_bytes = connection.dialect.name == "postgresql"
    order = [c.collate("C") if by_bytes and isinstance(c.type, String) else c for c in table.primary_key.columns]
    found = connection.execution_options(yield_per=BATCH).execute(wanted.order_by(*order))
    for part in found.mappings().partitions(BATCH):
        yield [_row(one, table, absent) for one in part]


def _row(found: Any, table: Table, absent: list[Column[Any]]) -> dict[str, Any]:
    row = {column.name: found[column.name] for column in table.columns}
    for column in absent:
        if found[f"no {column.name}"]:
            row[column.name] = null()
    return row


def _go_on_numbering(connection: Connection) -> None:
    """PostgreSQL counts apart from the rows: it goes on after the largest number there is."""
    if connection.dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        for column in table.primary_key.columns:
            counter = connection.scalar(
                text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": f'"{table.name}"', "c": column.name}
            )
            largest = connection.scalar(select(func.max(column))) if counter else None
            if largest is not None:
                connection.execute(text("SELECT setval(:s, :n)"), {"s": counter, "n": largest})


def _same(here: Connection, there: Connection, table: Table) -> int:
    """How many rows there are, the same on both sides. Raises :class:`MoveRefused`."""
    first, second = _digest(here, table), _digest(there, table)
    if first != second:
        raise MoveRefused(f"{table.name} did not come out the same: {first[0]} rows here, {second[0]} there")
    return first[0]


def _digest(connection: Connection, table: Table) -> tuple[int, str]:
    count, told = 0, hashlib.sha256()
    for rows in _batches(connection, table):
        for row in rows:
            count += 1
            told.update(repr([_plain(value) for value in row.values()]).encode())
    return count, told.hexdigest()


def _plain(value: Any) -> Any:
    return "nothing" if value is null() else value
