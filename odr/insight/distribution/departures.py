"""How seats of judges came about, and where somebody else sits than the lot fell on, with the reason on record. No flask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Seat
from odr.filing.registry.drawing import DrawRecord
from odr.filing.registry.seats import HEARD_BY_OTHERS
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T, Text


@dataclass(frozen=True)
class Departure:
    """A judge on whom the lot fell sits no more: in which case, since when, and why, as it stands on record."""

    case: Case
    until: datetime
    reason: Text | str | None


@dataclass(frozen=True)
class Counts:
    """Seats of judges since a day."""

    anchored: int
    unanchored: int
    departed: int
    undrawn: int


WORDS = {
    HEARD_BY_OTHERS: T("The case is heard again by others (Civil Procedure Law, art. 41)."),
    "challenged": T("Challenged, when a challenge still ended the seat."),
    "claim accepted": T("Asked whether the claim is refused; the registry accepted it instead, and the lot fell anew."),
    "claim not refused": T("Found that the claim is not refused; when it was accepted the lot fell anew."),
}
"""Reasons the program itself wrote, in words; what a person gave stands as they wrote it."""

_BY_IT = (
    (Seat.case_id == DrawRecord.case_id)
    & (Seat.account_id == DrawRecord.account_id)
    & (Seat.role == DrawRecord.role)
    & (Seat.from_at == DrawRecord.at)
)
"""The seat a draw gave: the same person may be drawn, leave, and be drawn again in a case."""
_LEFT = (DrawRecord.role == Role.JUDGE, Seat.until_at.is_not(None))
"""Whoever draws, sees on whom it fell, and has it fall anew is counted, whatever the occasion."""


def counts_since(session: Session, since: datetime) -> Counts:
    """How many were drawn with a seed from the log, without, left again, and sit without a lot."""
    drawn = {
        bool(anchored): int(number)
        for anchored, number in session.execute(
            select(DrawRecord.anchored, func.count())
            .where(DrawRecord.role == Role.JUDGE, DrawRecord.at >= since)
            .group_by(DrawRecord.anchored)
        )
    }
    left = session.scalar(
        select(func.count()).select_from(DrawRecord).join(Seat, _BY_IT).where(DrawRecord.at >= since, *_LEFT)
    )
    lot = exists().where(_BY_IT)
    undrawn = session.scalar(
        select(func.count()).select_from(Seat).where(Seat.role == Role.JUDGE, Seat.from_at >= since, ~lot)
    )
    return Counts(drawn.get(True, 0), drawn.get(False, 0), int(left or 0), int(undrawn or 0))


def departures(session: Session, since: datetime, after: str | None = None) -> Listed[Departure]:
    """Each departure, the newest draw first; who left is in the case and not in this list."""
    query = (
        select(DrawRecord.id, DrawRecord.at, Case, Seat.until_at, Seat.reason)
        .join(Seat, _BY_IT)
        .join(Case, Case.id == DrawRecord.case_id)
        .where(DrawRecord.at >= since, *_LEFT)
    )
    page = page_of(
        session, query, (Key(DrawRecord.at, datetime, descending=True), Key(DrawRecord.id, descending=True)), after
    )
    return page.of([Departure(case, until, WORDS.get(reason, reason)) for _, _, case, until, reason in page.rows])
