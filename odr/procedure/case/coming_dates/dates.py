"""The next dates of an account, without going through all it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, delete, literal, or_, select, text
from sqlalchemy.orm import Session

from odr.procedure.case.coming_dates.models import Coming, ComingDate
from odr.procedure.case.coming_dates.triggers import Kept

LARGEST = 2**62
"""A number after that of every row."""


@dataclass(frozen=True)
class Dated:
    """When something is, its number, and of which case."""

    at: datetime
    subject: int
    case_id: int


def next_dates(
    session: Session,
    account_id: int,
    kind: Coming,
    most: int,
    *,
    since: datetime | None = None,
    after: tuple[datetime, int] | None = None,
) -> Sequence[Dated]:
    """The next so many dates of one kind that concern the account, the first on top: from a moment on, or after a moment and a
    number. A mandate of these may not have begun, or may be over.
    """
    found = select(ComingDate.at, ComingDate.subject, ComingDate.of_case).where(
        ComingDate.account_id == account_id, ComingDate.kind == kind
    )
    if since is not None:
        found = found.where(ComingDate.at >= since)
    if after is not None:
        at, number = after
        later = or_(ComingDate.at > at, (ComingDate.at == at) & (ComingDate.subject > literal(number, BigInteger())))
        found = found.where(ComingDate.at >= at, later)
    # Past the session's memory: a session that wrote a time limit does not know that a trigger wrote here.
    session.flush()
    rows = session.connection().execute(found.order_by(ComingDate.at, ComingDate.subject).limit(most))
    return [Dated(*row) for row in rows]


def gather_anew(session: Session, of: Kept) -> None:
    """All dates of one kind: for whoever wrote past the triggers."""
    session.execute(delete(ComingDate).where(ComingDate.kind == Coming(of.kind)))
    session.execute(text(of.laid()))
