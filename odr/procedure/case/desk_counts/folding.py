"""Counts that are written as changes, one with each row that causes it, and made into one row of each name and time by the worker.

Acts only add rows, so that two of them never wait for each other's count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from odr.ground.db import Base, Database, insert_once
from odr.ground.memory.built_once import built_once

NEW = 500
"""New rows that are folded at once; fewer than a tenth of it are left for a later round."""
IS_NEW, IS_FOLDED = text("(NOT folded)"), text("(folded)")
"""In the words of the indexes: asked as ``folded = 0`` SQLite does not use them."""
Of = tuple[str, str]
"""A name and a time: of what, and when."""


def fold(
    database: Database,
    table: type[Base],
    by: tuple[str, str],
    at_least: int,
    *,
    place: Callable[[Of], Of] = lambda one: one,
    then: Callable[[Session], None] = lambda session: None,
) -> int:
    """A round of a table that counts ``by`` two of its columns; nothing where fewer than so many are new. ``place`` says where a change
    is counted, ``then`` what is done besides. Gives how many were folded.
    """
    changes: Any = table
    with database.read() as session:
        new = session.scalars(built_once(lambda: select(changes.id).where(IS_NEW).limit(at_least)))
        if len(new.all()) < at_least:
            return 0
    with database.write() as session:
        taken = take(session, table, by, IS_NEW)
        sums: Counter[Of] = Counter()
        for of, change in taken:
            sums[place(of)] += change
        add_onto(session, table, by, sums)
        then(session)
        return len(taken)


def take(session: Session, table: type[Base], by: tuple[str, str], *which: Any) -> list[tuple[Of, int]]:
    """Some rows, which are gone then: of what, and how many. Those that another worker has in hand are left to it: taken by both, they
    would be counted twice.
    """
    number = _column(table, "id")
    wanted = select(number, *(_column(table, name) for name in by), _column(table, "change")).where(*which)
    rows = session.execute(wanted.order_by(number).limit(NEW).with_for_update(skip_locked=True)).all()
    if rows:
        session.execute(delete(table).where(number.in_([row[0] for row in rows])))
    return [((row[1], row[2]), row[3]) for row in rows]


def add_onto(session: Session, table: type[Base], by: tuple[str, str], sums: Counter[Of]) -> None:
    """Onto the folded row of each name and time, or as one."""
    counted = _column(table, "change")
    # In one order, so that two workers do not wait for each other crosswise.
    for of, change in sorted(sums.items()):
        if not change:
            continue
        its = dict(zip(by, of, strict=True))
        row: tuple[Any, ...] = (IS_FOLDED, *(_column(table, name) == value for name, value in its.items()))
        onto = update(table).where(*row).values(change=counted + change)
        # Another worker may lay the row in the same moment, or take it away.
        while not session.execute(onto).rowcount:  # type: ignore[attr-defined]
            if insert_once(session, table(**its, change=change, folded=True)):
                break


def _column(table: type[Base], name: str) -> InstrumentedAttribute[Any]:
    found: InstrumentedAttribute[Any] = getattr(table, name)
    return found
