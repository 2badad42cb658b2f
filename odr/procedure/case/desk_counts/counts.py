"""What lies on the desks of the court, counted without going through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.db import Database, insert_once
from odr.procedure.case.desk_counts.models import DeskChange

if TYPE_CHECKING:
    from odr.procedure.court import Court

LONG_AGO = timedelta(days=60)
"""Tasks opened earlier are counted together: nobody asks by the hour how long they have lain."""
NEW = 500
"""New rows that are folded at once; fewer than a tenth of it are left for a later round."""
IS_NEW, IS_FOLDED = text("(NOT folded)"), text("(folded)")
"""In the words of the indexes: asked as ``folded = 0`` SQLite does not use them."""
HOUR = "%Y-%m-%d %H"


def lain_longer(session: Session, now: datetime, days: Sequence[int], roles: Collection[Role]) -> list[int]:
    """How many open tasks of these roles there are, and how many of them have lain for so many days each: to the hour, so that what
    was opened later in that very hour is among them already. ``days`` are less than :data:`LONG_AGO`.
    """
    cuts = [_hour(now - timedelta(days=one)) for one in days]
    columns = [func.sum(DeskChange.change).filter(DeskChange.hour <= cut) for cut in cuts]
    wanted = select(func.sum(DeskChange.change), *columns).where(DeskChange.role.in_([role.value for role in roles]))
    # Past the session's memory: a session that wrote a task does not know that a trigger wrote here.
    session.flush()
    row = session.connection().execute(wanted).one()
    return [int(number or 0) for number in row]


def _hour(at: datetime) -> str:
    return at.astimezone(UTC).strftime(HOUR)


def fold_changes(court: Court) -> int:
    """For the worker: make one row of the changes of each role and hour, some in every round. Gives how many were folded."""
    return fold(court.database, court.clock.now())


def fold(database: Database, now: datetime, at_least: int = NEW // 10) -> int:
    """A round of it; nothing where fewer than so many are new."""
    new = select(DeskChange.id, DeskChange.role, DeskChange.hour, DeskChange.change).where(IS_NEW)
    with database.read() as session:
        if len(session.scalars(select(DeskChange.id).where(IS_NEW).limit(at_least)).all()) < at_least:
            return 0
    long_ago = _hour(now - LONG_AGO)
    with database.write() as session:
        rows = session.execute(new.order_by(DeskChange.id).limit(NEW).with_for_update(skip_locked=True)).all()
        sums: Counter[tuple[str, str]] = Counter()
        for _, role, hour, change in rows:
            sums[role, hour if hour >= long_ago else ""] += change
        session.execute(delete(DeskChange).where(DeskChange.id.in_([row.id for row in rows])))
        _add(session, sums)
        _age(session, long_ago)
        session.execute(delete(DeskChange).where(IS_FOLDED, DeskChange.change == 0))
        return len(rows)


def _add(session: Session, sums: Counter[tuple[str, str]]) -> None:
    """Onto the folded row of each role and hour, or as one."""
    # In one order, so that two workers do not wait for each other crosswise.
    for (role, hour), change in sorted(sums.items()):
        if not change:
            continue
        row = (IS_FOLDED, DeskChange.role == role, DeskChange.hour == hour)
        onto = update(DeskChange).where(*row).values(change=DeskChange.change + change)
        # Another worker may lay the row in the same moment, or take it away.
        while not session.execute(onto).rowcount:  # type: ignore[attr-defined]
            if insert_once(session, DeskChange(role=role, hour=hour, change=change, folded=True)):
                break


def _age(session: Session, long_ago: str) -> None:
    """Hours that nobody asks for any more go into one row of their role. Those that another worker has in hand are left to it: taken
    by both, they would be counted twice.
    """
    old = (IS_FOLDED, DeskChange.hour < long_ago, DeskChange.hour != "")
    wanted = select(DeskChange.id, DeskChange.role, DeskChange.change).where(*old).order_by(DeskChange.id).limit(NEW)
    rows = session.execute(wanted.with_for_update(skip_locked=True)).all()
    if rows:
        session.execute(delete(DeskChange).where(DeskChange.id.in_([row.id for row in rows])))
        sums: Counter[tuple[str, str]] = Counter()
        for _, role, change in rows:
            sums[role, ""] += change
        _add(session, sums)


RECOUNTED = {
    "sqlite": "substr(opened_at, 1, 13)",
    "postgresql": "to_char(opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')",
}


def count_anew(session: Session) -> None:
    """Count every open task: for whoever wrote tasks past the triggers."""
    hour = RECOUNTED[session.get_bind().dialect.name]
    session.execute(delete(DeskChange))
    session.execute(
        text(
            "INSERT INTO desk_change (role, hour, change, folded) "  # nosec B608 - names of our own columns
            f"SELECT role, {hour}, count(*), true FROM task WHERE done_at IS NULL GROUP BY 1, 2"
        )
    )
