"""Days on which somebody cannot come to a hearing, told by themselves: asked about wherever a hearing is fixed. No flask.

Telling them excuses nobody from a summons: who is called and cannot come says so in the case (CPL 149).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.hearing.courtroom.calendar.models import DaysAway
from odr.procedure.forms.inputs import CourtDate, CourtModel, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LONGEST = 180
"""Days somebody may be away at a stretch: longer, they name somebody who comes for them."""
MOST = 50


class AwayInput(CourtModel):
    """From when to when somebody cannot come."""

    first: Annotated[CourtDate, field(T("First day on which you cannot come"))]
    last: Annotated[CourtDate, field(T("Last day"))]


def told_by(session: Session, account_id: int, today: date, after: str | None = None) -> Listed[DaysAway]:
    """The days somebody has told that are not over, as they were told."""
    row = DaysAway
    query = select(row).where(row.account_id == account_id, row.ended_at.is_(None), row.until_on >= today)
    page = page_of(session, query, (Key(row.id),), after)
    return page.of([one for (one,) in page.rows])


def away_today(sitting: Sitting, role: Role) -> list[int]:
    """Accounts that said they cannot come today: no new case falls to them while anybody else is there."""
    today, row = sitting.today, DaysAway
    return list(
        sitting.session.scalars(
            select(row.account_id).where(row.ended_at.is_(None), row.until_on >= today, row.from_on <= today)
        )
    )


def faults_of(given: AwayInput, today: date) -> list[FieldFault]:
    """What is wrong with days somebody tells: out of order, over, or too many."""
    if given.last < given.first:
        return [FieldFault(("last",), T("The last day is before the first."))]
    if given.last < today:
        return [FieldFault(("last",), T("These days are over."))]
    if (given.last - given.first).days >= LONGEST:
        return [FieldFault(("last",), T("No more than %(days)s days at a stretch.", days=LONGEST))]
    return []


def tell(session: Session, account_id: int, given: AwayInput, today: date, now: datetime) -> None:
    """Note days on which somebody cannot come; the same again changes nothing. Raises InvalidInput for days that are over, out
    of order, or too many.
    """
    faults = faults_of(given, today)
    if faults:
        raise InvalidInput(faults)
    mine = told_by(session, account_id, today)
    if mine.total >= MOST:
        raise InvalidInput.at("first", T("Take some of the days below back first: there are too many."))
    same = (DaysAway.from_on == given.first, DaysAway.until_on == given.last, DaysAway.ended_at.is_(None))
    if session.scalar(select(DaysAway.id).where(DaysAway.account_id == account_id, *same)) is None:
        session.add(DaysAway(account_id=account_id, from_on=given.first, until_on=given.last, at=now))


def take_back(session: Session, account_id: int, number: int, now: datetime) -> None:
    """They can come after all. Raises NotFound for days of somebody else."""
    row = session.get(DaysAway, number)
    if row is None or row.account_id != account_id:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = now
