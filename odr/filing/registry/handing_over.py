"""A whole desk handed over, for leave or illness: what runs on it, and somebody else drawn for each seat. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel
from sqlalchemy import ColumnElement, String, cast, func, literal, select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Case, Role, Seat, Stage
from odr.filing import names
from odr.filing.course.objections import SeatInput
from odr.filing.models import StaffLeave
from odr.filing.registry.seats import could_sit
from odr.ground.errors import InvalidInput, NotFound
from odr.ground.keyset import FAR, Key, Listed, page_of
from odr.ground.text import T, Text
from odr.identity.models import Account
from odr.procedure.lists.kinds import ListKind, list_kind
from odr.procedure.lists.lists import Line, put_on_list
from odr.procedure.lists.models import ActListLine, LineState
from odr.procedure.models import Task

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Runs:
    """One seat of somebody who is away: the case, its next date, and how much lies on the desk there."""

    seat: Seat
    case: Case
    tasks: int


def leave_named(session: Session, number: int) -> tuple[StaffLeave, Account]:
    """A leave that has not ended, and whose it is. Raises NotFound."""
    found = session.get(StaffLeave, number)
    if found is None or found.ended_at is not None:
        raise NotFound
    return found, session.get_one(Account, found.account_id)


def runs(session: Session, account_id: int, after: str | None = None) -> Listed[Runs]:
    """Every seat of the court's own that an account holds in an open case, by the case's next date; none that waits on a
    list to be given to somebody else.
    """
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
    waits = select(ActListLine.subject).where(ActListLine.state == LineState.WAITS)
    return (
        (literal("seat/") + cast(Seat.id, String)).not_in(waits),
        Seat.account_id == account_id,
        Seat.until_at.is_(None),
        Seat.role.in_(COURT_ROLES - {Role.PRESIDENT}),
        Case.stage != Stage.CLOSED,
    )


def hand_over(court: Court, account_id: int, president_id: int, chosen: Sequence[str], reasons: str, key: str) -> str:
    """Put each seat chosen on a list, with the same reasons, and give its reference: somebody else is drawn for each when
    its time has come (CPL 47, 131). Raises InvalidInput where none of them is held any more, or nobody else is there who
    could sit: no seat is emptied that way.
    """
    with court.database.read() as session:
        rows = session.execute(select(Seat, Case).join(Case, Case.id == Seat.case_id).where(*_held(account_id))).all()
        wanted = set(chosen)
        lines = [
            Line(case.id, SeatInput(seat=str(seat.id), reasons=reasons), f"seat/{seat.id}")
            for seat, case in rows
            if str(seat.id) in wanted
        ]
        look = court.look(session)
        for seat, case in sorted(rows, key=lambda one: one[0].role.value):
            if str(seat.id) in wanted and not could_sit(look, case, seat.role, but={account_id}):
                raise InvalidInput.at(
                    "case",
                    T(
                        "Nobody else is there who could sit as %(role)s. Give somebody that role, or the post or training it needs, first.",
                        role=seat.role.label,
                    ),
                )
    return put_on_list(
        court, HANDED_OVER, president_id, names.REASSIGN_SEAT, lines, key=key, ticked=len(wanted), proved=True
    )


def sit_down(sitting: Sitting, case: Case, account: Account, given: BaseModel) -> None:
    """The president takes a place in the case, so that it stands there who decided."""
    session = sitting.session
    mine = select(Seat.id).where(
        Seat.case_id == case.id, Seat.account_id == account.id, Seat.role == Role.PRESIDENT, Seat.until_at.is_(None)
    )
    if session.scalar(mine) is None:
        session.add(Seat(case_id=case.id, account_id=account.id, role=Role.PRESIDENT, from_at=sitting.now))
        session.flush()


def _says(act: str, count: int, ticked: int) -> Text:
    return T("You hand over %(count)s of %(ticked)s seats ticked", count=count, ticked=ticked)


HANDED_OVER = list_kind(
    ListKind(
        "handing_over",
        Role.PRESIDENT,
        T("A desk handed over"),
        "supervision.leave",
        _says,
        office=True,
        before=sit_down,
    )
)
