"""How seats of judges came about, and where somebody else sits than the lot fell on, with the reason on record. No flask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from odr.docket.models import A_JUDGE_LEFT, Case, Seat
from odr.filing.registry.drawing import DrawRecord
from odr.filing.registry.seats import HEARD_BY_OTHERS
from odr.ground.keyset import Key, Listed, judged, page_of
from odr.ground.text import T, Text
from odr.insight.distribution.models import ANCHORED, UNANCHORED, UNDRAWN, LotChange


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
    undrawn: int


A_YEAR = timedelta(days=365)


def a_year_before(now: datetime) -> datetime:
    """From when on seats are told of: the beginning of a day as the database keeps days, in UTC."""
    return (now - A_YEAR).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


WORDS = {
    HEARD_BY_OTHERS: T("The case is heard again by others [CPL 41]."),
    "challenged": T("Challenged, when a challenge still ended the seat."),
    "claim accepted": T("Asked whether the claim is refused; the registry accepted it instead, and the lot fell anew."),
    "claim not refused": T("Found that the claim is not refused; when it was accepted the lot fell anew."),
}
"""Reasons the program itself wrote, in words; what a person gave stands as they wrote it."""

LEFT_BY_A_JUDGE = text(A_JUDGE_LEFT)
"""In the words of the index."""
_BY_IT = (
    (Seat.case_id == DrawRecord.case_id)
    & (Seat.account_id == DrawRecord.account_id)
    & (Seat.role == DrawRecord.role)
    & (Seat.from_at == DrawRecord.at)
)
"""The seat a draw gave: the same person may be drawn, leave, and be drawn again in a case."""


def counts_since(session: Session, since: datetime) -> Counts:
    """How many were drawn with a seed from the log, how many without, and how many sit without a lot, from the beginning of a day (UTC)
    on: added up from what the database wrote down with each.
    """
    rows = session.execute(
        select(LotChange.what, func.sum(LotChange.change))
        .where(LotChange.day >= since.astimezone(UTC).date().isoformat())
        .group_by(LotChange.what)
    )
    found = {what: int(number) for what, number in rows}
    return Counts(found.get(ANCHORED, 0), found.get(UNANCHORED, 0), found.get(UNDRAWN, 0))


def departures(session: Session, since: datetime, after: str | None = None) -> Listed[Departure]:
    """Each departure, the newest first; who left is in the case and not in this list. Whoever draws, sees on whom it fell, and has it
    fall anew is counted, whatever the occasion.
    """
    # Read along the seats that judges left, which are few: most draws were no departure.
    query = (
        select(Case, Seat.until_at, Seat.reason)
        .join(DrawRecord, _BY_IT)
        .join(Case, Case.id == Seat.case_id)
        .where(LEFT_BY_A_JUDGE, Seat.until_at >= since, judged(DrawRecord.at) >= since)
    )
    page = page_of(
        session, query, (Key(Seat.until_at, datetime, descending=True), Key(Seat.id, descending=True)), after
    )
    return page.of([Departure(case, until, WORDS.get(reason, reason)) for case, until, reason in page.rows])
