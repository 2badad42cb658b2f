"""What one Sitting asks the database for a second time: noted statement by statement, on SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from odr.ground.db import Database

_TABLES = re.compile(r'(?:FROM|JOIN|UPDATE|INTO) "?(\w+)"?')
_ONE_ROW = re.compile(r'FROM "?(\w+)"? .*WHERE "?\1"?\.(id|reference) = \?(?: ORDER BY [\w., ]+)?$')


@dataclass
class Sitting:
    """What one transaction has asked, and where in it each table was written last."""

    asked: dict[tuple[str, str], int] = field(default_factory=dict)
    rows: set[tuple[str, str, str]] = field(default_factory=set)
    written: dict[str, int] = field(default_factory=dict)
    at: int = 0


@dataclass
class AskedTwice:
    """Questions a transaction put again although nothing they rest on was written, and rows it fetched by their number or
    reference again; ``sittings`` is how many transactions wrote.
    """

    again: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    sittings: int = 0

    def note(self, sitting: Sitting, statement: str, values: str) -> None:
        """Take a statement down."""
        sitting.at += 1
        plain = " ".join(statement.split())
        tables = set(_TABLES.findall(plain))
        if not plain.startswith("SELECT"):
            self.sittings += not sitting.written
            sitting.written.update(dict.fromkeys(tables or {"*"}, sitting.at))
            if plain.startswith("ROLLBACK TO"):
                sitting.asked.clear()
                sitting.rows.clear()
            return
        before = sitting.asked.get((plain, values))
        if before is not None and all(sitting.written.get(table, 0) < before for table in tables):
            self.again.append(f"{plain[:60]} … {plain[-160:]} {values}")
        sitting.asked[plain, values] = sitting.at
        row = _ONE_ROW.search(plain)
        if row is not None:
            one = (row[1], row[2], values)
            if one in sitting.rows:
                self.rows.append(f"{plain[:60]} … {plain[-160:]} {values}")
            sitting.rows.add(one)


@contextmanager
def noting(database: Database) -> Iterator[AskedTwice]:
    """Note every transaction that is opened to write, while it lasts."""
    found, open_now = AskedTwice(), dict[int, Sitting]()

    def begin(connection: Any) -> None:
        open_now.pop(id(connection.connection.dbapi_connection), None)
        if connection.get_execution_options().get("court_mode") == "BEGIN IMMEDIATE":
            open_now[id(connection.connection.dbapi_connection)] = Sitting()

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        sitting = open_now.get(id(connection.connection.dbapi_connection))
        if sitting is not None:
            found.note(sitting, statement, repr(values))

    event.listen(database.engine, "begin", begin)
    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "begin", begin)
        event.remove(database.engine, "before_cursor_execute", note)
