"""For the worker: the rows of how seats came about are made into one for each day and kind."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from odr.ground.db import Database, insert_once
from odr.insight.distribution.models import LotChange
from odr.insight.distribution.triggers import counted_anew
from odr.procedure.case.desk_counts.counts import IS_FOLDED, IS_NEW, NEW

if TYPE_CHECKING:
    from odr.procedure.court import Court


def fold_lots(court: Court) -> int:
    """Some of them in every round. Gives how many were folded."""
    return fold(court.database)


def fold(database: Database, at_least: int = NEW // 10) -> int:
    """A round of it; nothing where fewer than so many are new."""
    with database.read() as session:
        if len(session.scalars(select(LotChange.id).where(IS_NEW).limit(at_least)).all()) < at_least:
            return 0
    new = select(LotChange.id, LotChange.what, LotChange.day, LotChange.change).where(IS_NEW)
    with database.write() as session:
        rows = session.execute(new.order_by(LotChange.id).limit(NEW).with_for_update(skip_locked=True)).all()
        sums: Counter[tuple[str, str]] = Counter()
        for _, what, day, change in rows:
            sums[what, day] += change
        session.execute(delete(LotChange).where(LotChange.id.in_([row.id for row in rows])))
        # In one order, so that two workers do not wait for each other crosswise.
        for (what, day), change in sorted(sums.items()):
            if change:
                _add(session, what, day, change)
        return len(rows)


def _add(session: Session, what: str, day: str, change: int) -> None:
    """Onto the folded row of that day and kind, or as one."""
    row = (IS_FOLDED, LotChange.what == what, LotChange.day == day)
    onto = update(LotChange).where(*row).values(change=LotChange.change + change)
    # Another worker may lay the row in the same moment.
    while not session.execute(onto).rowcount:  # type: ignore[attr-defined]
        if insert_once(session, LotChange(what=what, day=day, change=change, folded=True)):
            break


def count_anew(session: Session) -> None:
    """Count every draw and seat: for whoever wrote past the triggers."""
    session.execute(delete(LotChange))
    for statement in counted_anew(session.get_bind().dialect.name):
        session.execute(text(statement))
