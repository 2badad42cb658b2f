"""What lies at the court and for how long, for whoever sees to it that nothing stays lying. No flask.

It is an inventory of desks, by name and never by number: nobody is ranked by it. Of a task only its kind is told, not what
stands in the case.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from odr.docket.models import COURT_ROLES, OPEN_STAGES, Case, Role, Seat
from odr.ground.keyset import Key, Listed, judged, page_of
from odr.ground.text import Text
from odr.identity.models import Account, AccountRole
from odr.procedure.acts.tasks import DESKS
from odr.procedure.case.desk_counts.counts import lain_longer
from odr.procedure.models import Task

HELD = COURT_ROLES - {Role.PRESIDENT}
"""Seats that are given to somebody and may be given to somebody else."""
SEEN = COURT_ROLES | {Role.CASHIER}
"""Whose tasks are counted: what a mediator does is no business of the court's."""
DESKS_SHOWN, DESKS_COUNTED = 20, 100
"""Desks on a page, each of which is gone through; and how many are counted, each of which has to be asked whether it has an open case."""
AGES = (3, 10, 30)
"""Days at which a thing on a desk counts as older."""


@dataclass(frozen=True)
class OnDesk:
    """One person's desk in one capacity: open cases, what lies there, how much of it is late, since when the oldest."""

    account: str
    name: str
    role: Role
    cases: int
    things: int
    late: int
    oldest: datetime | None


@dataclass(frozen=True)
class Lies:
    """One thing that lies on a desk: what kind of thing, of which case, with whom, since when and until when."""

    case: Case
    role: Role
    what: Text | None
    names: tuple[str, ...]
    since: datetime
    due_at: datetime | None


def desks_of_the_court(session: Session, now: datetime, after: str | None = None) -> Listed[OnDesk]:
    """Every desk of the court in open cases, by name; whoever no longer has their role and still sits has one too."""
    sits = (
        select(Seat.id)
        .join(Case, Case.id == Seat.case_id)
        .where(Seat.account_id == AccountRole.account_id, Seat.role == AccountRole.role, *_runs())
    )
    given = aliased(AccountRole)
    # As a number and not as NOT EXISTS, for which PostgreSQL gathers the roles of everybody at the court.
    first = select(func.min(given.id)).where(
        given.account_id == AccountRole.account_id, given.role == judged(AccountRole.role)
    )
    # Read along the names: of very many people those of a page are asked about, and a few more for their number.
    people = select(AccountRole.account_id, AccountRole.role).where(
        judged(AccountRole.role).in_(HELD), AccountRole.id == first.scalar_subquery(), sits.exists()
    )
    keys = (Key(AccountRole.name, str), Key(AccountRole.account_id), Key(AccountRole.id))
    page = page_of(session, people, keys, after, DESKS_SHOWN, counted=DESKS_COUNTED)
    accounts = {account for account, *_ in page.rows}
    lies = _lies(session, now, accounts)
    who = {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(accounts)))}
    return page.of(
        [OnDesk(who[account].reference, who[account].name, role, *lies[account, role]) for account, role in page.rows]
    )


def _runs() -> tuple[ColumnElement[bool], ...]:
    """A seat that is held, in a case that is open. Seats are found by whose they are, not by what is true of many."""
    return Seat.until_at.is_(None), judged(Case.stage).in_(OPEN_STAGES)


def _lies(
    session: Session, now: datetime, accounts: Collection[int]
) -> dict[tuple[int, Role], tuple[int, int, int, datetime | None]]:
    """Cases, things, late ones and the oldest, of these people by capacity."""
    theirs = and_(Task.case_id == Seat.case_id, judged(Task.role) == Seat.role, judged(Task.done_at).is_(None))
    rows = session.execute(
        select(
            Seat.account_id,
            Seat.role,
            func.count(Seat.case_id.distinct()),
            func.count(Task.id),
            func.count(Task.id).filter(Task.due_at < now),
            func.min(Task.opened_at),
        )
        .select_from(Seat)
        .join(Case, Case.id == Seat.case_id)
        .outerjoin(Task, theirs)
        .where(Seat.account_id.in_(accounts), Seat.role.in_(HELD), *_runs())
        .group_by(Seat.account_id, Seat.role)
    )
    return {(account, role): (cases, things, late, oldest) for account, role, cases, things, late, oldest in rows}


def by_age(session: Session, now: datetime, role: Role | None = None) -> list[int]:
    """How many things have lain up to 3 days, up to 10, up to 30, and longer; how long, to the full hour."""
    numbers = lain_longer(session, now, AGES, [role] if role is not None else SEEN)
    return [more - fewer for more, fewer in zip(numbers, [*numbers[1:], 0], strict=True)]


def lying(session: Session, before: datetime, role: Role | None = None, after: str | None = None) -> Listed[Lies]:
    """What has lain since before a day, the oldest first, with whose desk it is."""
    query = (
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .where(judged(Task.role).in_([role] if role is not None else SEEN))
        .where(Task.done_at.is_(None), Task.opened_at <= before)
    )
    page = page_of(session, query, (Key(Task.opened_at, datetime), Key(Task.id)), after)
    names = _names(session, [case.id for _, case in page.rows])
    return page.of(
        [
            Lies(
                case,
                task.role,
                desk.title if (desk := DESKS.get(task.kind)) is not None else None,
                tuple(names.get((case.id, task.role), ())),
                task.opened_at,
                task.due_at,
            )
            for task, case in page.rows
        ]
    )


def quiet(session: Session, before: datetime, after: str | None = None) -> Listed[Case]:
    """Open cases, not stayed, in whose docket nothing was entered since before a day, the quietest first."""
    query = select(Case).where(
        Case.stage.in_(OPEN_STAGES), Case.number.is_not(None), Case.stayed_at.is_(None), Case.head_at <= before
    )
    page = page_of(session, query, (Key(Case.head_at, datetime), Key(Case.id)), after)
    return page.of([case for (case,) in page.rows])


def _names(session: Session, cases: Sequence[int]) -> dict[tuple[int, Role], list[str]]:
    """Who sits, by case and capacity."""
    found: dict[tuple[int, Role], list[str]] = {}
    for case_id, role, name in session.execute(
        select(Seat.case_id, Seat.role, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id.in_(cases), Seat.until_at.is_(None))
        .order_by(Account.name)
    ):
        found.setdefault((case_id, role), []).append(name)
    return found
