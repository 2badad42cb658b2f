"""What lies on the desks of the court, counted without going through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.db import Database
from odr.procedure.case.desk_counts import folding
from odr.procedure.case.desk_counts.folding import IS_FOLDED, NEW, Of, add_onto, take
from odr.procedure.case.desk_counts.models import DeskChange

if TYPE_CHECKING:
    from odr.procedure.court import Court

LONG_AGO = timedelta(days=60)
"""Tasks opened earlier are counted together: nobody asks by the hour how long they have lain."""
BY = ("role", "hour")
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
    long_ago = _hour(now - LONG_AGO)

    def age(session: Session) -> None:
        """Hours that nobody asks for any more go into one row of their role."""
        sums: Counter[Of] = Counter()
        for (role, _), change in take(
            session, DeskChange, BY, IS_FOLDED, DeskChange.hour < long_ago, DeskChange.hour != ""
        ):
            sums[role, ""] += change
        add_onto(session, DeskChange, BY, sums)
        session.execute(delete(DeskChange).where(IS_FOLDED, DeskChange.change == 0))

    return folding.fold(
        database, DeskChange, BY, at_least, place=lambda of: (of[0], of[1] if of[1] >= long_ago else ""), then=age
    )


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
