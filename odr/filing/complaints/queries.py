"""Who is complained about and who answers; all complaints of the court, and how many were answered within their time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party, Role, Seat
from odr.filing.complaints.models import ComplaintDuty
from odr.filing.complaints.rules import ABOUT, Concerned, Standing, article_of, may_answer, who_answers
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.registry.seats import conflicted, on_duty
from odr.ground.keyset import Key, Listed, holds, page_of
from odr.ground.text import Text
from odr.identity.actors import serving
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

COMPLAINT_WINDOW = "complaint_reply"

SERVED = (Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR, Role.ASSISTANT, Role.CLERK, Role.MEDIATOR)
"""Whose work a complaint that names nobody may be about."""


def concerned(session: Session, request: Request) -> Concerned:
    """Whom a complaint is about: the person it names; where it names nobody, all who serve or served in the case."""
    return concerned_in(session, [request])[request.id]


def concerned_in(session: Session, requests: Collection[Request]) -> dict[int, Concerned]:
    """The same for several complaints, by their numbers, in one look."""
    rows = session.execute(
        select(Seat.id, Seat.case_id, Seat.role, Seat.account_id).where(
            Seat.case_id.in_({one.case_id for one in requests})
        )
    ).all()
    found: dict[int, Concerned] = {}
    for one in requests:
        whom = one.details.get("whom")
        about = (
            account
            for seat, case, role, account in rows
            if case == one.case_id and (str(seat) == whom if whom else role in SERVED)
        )
        found[one.id] = Concerned(frozenset(about), one.details.get("charged"))
    return found


def is_answered_by(session: Session, request: Request, account: int | None) -> bool:
    """Whether this account may answer this complaint."""
    return may_answer(account, concerned(session, request))


def lies_with(session: Session, requests: Collection[Request], account: int, today: date) -> set[str]:
    """Which complaints are for this account to answer or, where nobody could who looks after the case and is at work, to
    pass on: then first for somebody it is not about (REG 13). By reference.
    """
    who = concerned_in(session, requests)
    at_work = {one.id for one in on_duty(session, Role.PRESIDENT, today)}
    office_here = session.execute(
        select(Seat.case_id, Seat.account_id).where(
            Seat.case_id.in_({one.case_id for one in requests}), Seat.role == Role.PRESIDENT, Seat.until_at.is_(None)
        )
    ).all()
    found: set[str] = set()
    for one in requests:
        here = {person for case, person in office_here if case == one.case_id and person in at_work}
        able = {person for person in here if may_answer(person, who[one.id])}
        if account in (able or here - who[one.id].about or {account}):
            found.add(one.reference)
    return found


def duty(session: Session) -> ComplaintDuty | None:
    """Who is named to answer complaints now."""
    return session.scalar(
        select(ComplaintDuty).where(ComplaintDuty.until_at.is_(None)).order_by(ComplaintDuty.id.desc())
    )


def office(session: Session) -> list[Account]:
    """Everybody who holds the president's office, by name."""
    return list(
        session.scalars(
            select(Account)
            .join(AccountRole, AccountRole.account_id == Account.id)
            .where(
                AccountRole.role == Role.PRESIDENT,
                AccountRole.revoked_at.is_(None),
                Account.state == AccountState.ACTIVE,
            )
            .order_by(Account.name, Account.id)
        )
    )


def answerers(sitting: Sitting, case: Case, request: Request) -> list[Account]:
    """Who of the office could answer a complaint: not on leave, unless all are, no party or representative, not complained
    about.
    """
    today = sitting.today
    barred = conflicted(sitting.session, case) | concerned(sitting.session, request).about
    people = on_duty(sitting.session, Role.PRESIDENT, today) or office(sitting.session)
    return [one for one in people if one.id not in barred]


def answerer(sitting: Sitting, case: Case, request: Request) -> int | None:
    """Who is to answer a complaint; None where it could only be somebody it is about."""
    session = sitting.session
    seated = session.scalars(
        select(Seat.account_id)
        .where(Seat.case_id == case.id, Seat.role == Role.PRESIDENT, Seat.until_at.is_(None))
        .order_by(Seat.id)
    )
    free = [one.id for one in answerers(sitting, case, request)]
    named = duty(session)
    return who_answers(
        concerned(session, request),
        named=named.account_id if named is not None else None,
        seated=[one for one in seated if one in free],
        free=free,
    )


# -- the desk ---------------------------------------------------------------------


@dataclass(frozen=True)
class ComplaintLine:
    """A complaint as the desk shows it: nothing of what was written, only that it waits and since when."""

    request: Request
    case: Case
    party: str
    came_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    standing: Standing
    whom: str | None
    """Whom it names; None where it names nobody."""
    mine: bool
    """Whether the reader may answer it."""
    seated: bool
    """Whether the reader has the case before them."""
    lies_here: bool
    """Whether it is for the reader to answer or to pass on."""

    @property
    def about(self) -> Text:
        """What it is about, in words."""
        return ABOUT.get(self.request.details.get("about", ""), ABOUT["other"])

    @property
    def article(self) -> str:
        """On what it rests."""
        return article_of(self.request.details.get("about", ""))


ASKED, OVER = Request.state == RequestState.ASKED, Request.state == RequestState.OVER
IN_TIME = or_(Window.due_at.is_(None), DocketEntry.effective_at <= Window.due_at)
DECIDED = Request.state.in_([RequestState.GRANTED, RequestState.REFUSED])


def _where(standing: Standing, now: datetime) -> ColumnElement[bool]:
    """Which complaints stand so."""
    passed = and_(Window.due_at.is_not(None), Window.due_at < now)
    return {
        Standing.WAITS: and_(ASKED, ~passed),
        Standing.LATE: and_(ASKED, passed),
        Standing.ANSWERED: and_(DECIDED, IN_TIME),
        Standing.ANSWERED_LATE: and_(DECIDED, ~IN_TIME),
        Standing.PASSED_ON: OVER,
    }[standing]


def _joined(*columns: Any) -> Select[Any]:
    """Complaints with their case, who complains, their time, and the entry that decided them."""
    window = and_(
        Window.case_id == Request.case_id, Window.kind == COMPLAINT_WINDOW, Window.subject == Request.reference
    )
    decided = and_(DocketEntry.case_id == Request.case_id, DocketEntry.number == Request.decided_entry)
    return (
        select(*columns)
        .select_from(Request)
        .join(Case, Case.id == Request.case_id)
        .join(Party, Party.id == Request.party_id)
        .join(Window, window)
        .outerjoin(DocketEntry, decided)
        .where(Request.kind == RequestKind.COMPLAINT)
    )


def complaints(
    session: Session,
    now: datetime,
    reader: int,
    *,
    standing: Standing | None = None,
    about: str | None = None,
    words: str = "",
    after: str | None = None,
    today: date | None = None,
) -> Listed[ComplaintLine]:
    """Complaints of the court, the newest first; of one standing, about one thing, or in cases that hold some words."""
    query = _joined(Request, Case, Party.name, Window.opened_at, Window.due_at, DocketEntry.effective_at)
    if standing is not None:
        query = query.where(_where(standing, now))
    if about is not None:
        query = query.where(Request.details["about"].as_string() == about)
    if words:
        query = query.where(holds(words, Case.number, Case.title, Party.name))
    page = page_of(
        session, query, (Key(Window.opened_at, datetime, descending=True), Key(Request.id, descending=True)), after
    )
    who = concerned_in(session, [row[0] for row in page.rows])
    named = _names(session, {one for found in who.values() for one in found.about})
    lies_here = lies_with(session, [row[0] for row in page.rows], reader, today or now.date())
    here = set(
        session.scalars(
            select(Seat.case_id).where(
                serving(reader, Role.PRESIDENT), Seat.case_id.in_([row[1].id for row in page.rows])
            )
        )
    )
    return page.of(
        [
            ComplaintLine(
                request,
                case,
                party,
                came,
                due,
                answered if request.state is not RequestState.ASKED else None,
                _standing(request, due, answered, now),
                next((named.get(one) for one in who[request.id].about), None) if request.details.get("whom") else None,
                may_answer(reader, who[request.id]),
                case.id in here,
                request.reference in lies_here,
            )
            for request, case, party, came, due, answered in page.rows
        ]
    )


def _standing(request: Request, due: datetime | None, answered: datetime | None, now: datetime) -> Standing:
    if request.state is RequestState.ASKED:
        return Standing.LATE if due is not None and due < now else Standing.WAITS
    if request.state is RequestState.OVER:
        return Standing.PASSED_ON
    in_time = due is None or answered is None or answered <= due
    return Standing.ANSWERED if in_time else Standing.ANSWERED_LATE


def _names(session: Session, accounts: Collection[int]) -> dict[int, str]:
    found = session.execute(select(Account.id, Account.name).where(Account.id.in_(accounts)))
    return {number: name for number, name in found.all()}  # noqa: C416 - rows are no pairs to the type checker


@dataclass(frozen=True)
class ComplaintFigures:
    """How many complaints came since a day, and what became of them; and how many wait now, whenever they came."""

    came: int
    in_time: int
    late: int
    passed_on: int
    waiting: int
    overdue: int

    @property
    def answered(self) -> int:
        """How many of those that came were answered."""
        return self.in_time + self.late


def figures(session: Session, now: datetime, since: datetime) -> ComplaintFigures:
    """How many, and how many within the time of the rules."""
    came = Window.opened_at >= since
    counted = [
        func.count().filter(came),
        func.count().filter(came, _where(Standing.ANSWERED, now)),
        func.count().filter(came, _where(Standing.ANSWERED_LATE, now)),
        func.count().filter(came, OVER),
        func.count().filter(ASKED),
        func.count().filter(_where(Standing.LATE, now)),
    ]
    return ComplaintFigures(*(int(number) for number in session.execute(_joined(*counted)).one()))
