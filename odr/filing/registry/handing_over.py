"""A whole desk handed over, for leave or illness: what runs on it, and somebody else drawn for each seat. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Case, Role, Seat, Stage
from odr.filing import names
from odr.filing.course.objections import SeatInput
from odr.filing.models import StaffLeave
from odr.ground.errors import CourtError, NotFound
from odr.ground.keyset import FAR, Key, Listed, page_of
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.models import Task

if TYPE_CHECKING:
    from odr.procedure.court import Court


@dataclass(frozen=True)
class Runs:
    """One seat of somebody who is away: the case, its next date, and how much lies on the desk there."""

    seat: Seat
    case: Case
    tasks: int


@dataclass(frozen=True)
class Given:
    """What came of one seat: who sits now, or why it was not given."""

    case: Case
    breach: CourtError | None


def leave_named(session: Session, number: int) -> tuple[StaffLeave, Account]:
    """A leave that has not ended, and whose it is. Raises NotFound."""
    found = session.get(StaffLeave, number)
    if found is None or found.ended_at is not None:
        raise NotFound
    return found, session.get_one(Account, found.account_id)


def runs(session: Session, account_id: int, after: str | None = None) -> Listed[Runs]:
    """Every seat of the court's own that an account holds in an open case, by the case's next date."""
    query = select(Seat, Case).join(Case, Case.id == Seat.case_id).where(*_held(account_id))
    page = page_of(session, query, (Key(func.coalesce(Case.next_due_at, FAR), datetime), Key(Seat.id)), after)
    counted = session.execute(
        select(Task.case_id, Task.role, func.count())
        .where(Task.case_id.in_([case.id for _, case in page.rows]), Task.done_at.is_(None))
        .group_by(Task.case_id, Task.role)
    )
    number = {(case_id, role): count for case_id, role, count in counted}
    return page.of([Runs(seat, case, number.get((case.id, seat.role), 0)) for seat, case in page.rows])


def _held(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Seat.account_id == account_id,
        Seat.until_at.is_(None),
        Seat.role.in_(COURT_ROLES - {Role.PRESIDENT}),
        Case.stage != Stage.CLOSED,
    )


def hand_over(
    court: Court, account_id: int, president: Account, strong_at: datetime | None, chosen: Sequence[str], reasons: str
) -> list[Given]:
    """Have somebody else drawn for each seat chosen, each in a Sitting of its own, with the same reasons (CPL 47, 131)."""
    with court.database.read() as session:
        rows = session.execute(select(Seat, Case).join(Case, Case.id == Seat.case_id).where(*_held(account_id))).all()
        wanted = [(seat.id, case.id) for seat, case in rows if str(seat.id) in set(chosen)]
    done = []
    for seat_id, case_id in wanted:
        with court.sit() as sitting:
            case = sitting.session.get_one(Case, case_id)
            try:
                with sitting.savepoint():
                    _sit_down(sitting.session, case, president.id, sitting.now)
                    actor = Actor(Role.PRESIDENT, president.id, president.name, case.id, strong_at=strong_at)
                    given = SeatInput(seat=str(seat_id), reasons=reasons)
                    sitting.perform(names.REASSIGN_SEAT, case, given, actor=actor)
                done.append(Given(case, None))
            except CourtError as error:
                done.append(Given(case, error))
    court.settle()
    return done


def _sit_down(session: Session, case: Case, account_id: int, now: datetime) -> None:
    """The president takes a place in the case, so that it stands there who decided."""
    mine = select(Seat.id).where(
        Seat.case_id == case.id, Seat.account_id == account_id, Seat.role == Role.PRESIDENT, Seat.until_at.is_(None)
    )
    if session.scalar(mine) is None:
        session.add(Seat(case_id=case.id, account_id=account_id, role=Role.PRESIDENT, from_at=now))
        session.flush()
