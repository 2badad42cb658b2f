"""A person's cases and drafts, and for staff the tasks that wait, ranked by legal risk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session, aliased

from odr.docket.models import Case, Party, Role, Seat, Stage
from odr.ground.keyset import A_PAGE, FAR, Key, Listed, any_is_more, holds, judged, page_among, page_of
from odr.ground.memory.asked_once import remembered
from odr.identity.actors import serving
from odr.identity.models import Mandate
from odr.procedure.acts.table import Act, ActTable, ways_off
from odr.procedure.acts.tasks import DESKS
from odr.procedure.models import Task
from odr.procedure.rules.pack import RulePack


@dataclass(frozen=True)
class DeskLine:
    """One thing that waits for somebody of the court."""

    case: Case
    title: dict[str, str]
    role: Role
    risk: int
    due_at: datetime | None
    act: Act | None = None
    """The act that takes it off the desk; None where no one act does."""
    more: int = 0
    """How many of its kind wait in the case besides, where they are folded into this line."""


def done_by(table: ActTable, task: Task, case: Case, rules: Callable[[Case], RulePack]) -> Act | None:
    """The act by which a task is done at the stage of its case, for a link in the line; None where no one act does it.

    What the rules of the case leave to another role is none of it; whether every other condition holds is asked on the act's
    own page.
    """
    left_to = rules(case).deciders.matters
    desk = DESKS.get(task.kind)
    acts = (
        act
        for act in (ways_off(desk, table) if desk is not None else ())
        if task.role in act.by
        and (act.name not in left_to or left_to[act.name].by == task.role.value)
        and act.listed
        # Where it is of a part that is in effect, the task itself shows that there is one.
        and (case.stage in act.at or act.of_part)
        and (case.stayed_at is None or act.while_stayed or act.of_part)
    )
    return next(acts, None)


BY_NEXT_DATE = (Key(func.coalesce(Case.next_due_at, FAR), datetime), Key(Case.id, descending=True))
"""Cases by their next date; those without one last, the newest first."""


NEWEST = Key(Case.id, descending=True)


def named(words: str, causes: Collection[str] = ()) -> ColumnElement[bool]:
    """Whether a case is looked for: by its number, a party's name, or one of the causes that words name."""
    with_name = select(Party.case_id).where(holds(words, Party.name))
    return or_(holds(words, Case.number, Case.title), Case.id.in_(with_name), Case.cause.in_(causes))


def _looked_for(words: str) -> list[ColumnElement[bool]]:
    return [named(words)] if words else []


def own_cases(account_id: int, now: datetime) -> tuple[Select[int], ...]:
    """Cases in which the account is a party, and in which it holds a mandate: found apart, so that no other is looked at."""
    mine = select(Party.case_id).where(Party.account_id == account_id, Party.left_at.is_(None))
    return mine, select(Mandate.case_id).where(Mandate.account_id == account_id, Mandate.in_force(now))


@remembered
def has_very_many(session: Session, account_id: int, now: datetime) -> bool:
    """Whether somebody is in more cases than are counted, or acts in so many."""
    return any_is_more(session, own_cases(account_id, now))


def _seated(account_id: int) -> ColumnElement[bool]:
    return Case.id.in_(select(Seat.case_id).where(serving(account_id))) & (Case.stage != Stage.CLOSED)


def my_cases(
    session: Session, account_id: int, now: datetime, *, words: str = "", after: str | None = None, size: int = A_PAGE
) -> Listed[Case]:
    """Cases in which the account is a party or holds a live mandate, the most urgent first; whoever is in more than are counted sees
    the newest first, since what is urgent among so many stands in their agenda.
    """
    if not words and has_very_many(session, account_id, now):
        return _cases(page_among(session, select(Case), NEWEST, own_cases(account_id, now), after, size))
    query = select(Case).where(Case.id.in_(union(*own_cases(account_id, now))), *_looked_for(words))
    return _cases(page_of(session, query, BY_NEXT_DATE, after, size))


def seated_cases(
    session: Session, account_id: int, *, words: str = "", after: str | None = None, size: int = A_PAGE
) -> Listed[Case]:
    """Open cases in which the account serves the court, by their next date."""
    return _cases(
        page_of(session, select(Case).where(_seated(account_id), *_looked_for(words)), BY_NEXT_DATE, after, size)
    )


def every_case(
    session: Session, account_id: int, now: datetime, *, serves: bool, after: str | None = None, size: int = 200
) -> Listed[Case]:
    """Cases the account takes part in or, where it may, serves the court in; the newest first."""
    found: tuple[Select[int], ...] = own_cases(account_id, now)
    if serves:
        found = *found, select(Case.id).where(_seated(account_id))
    return _cases(page_among(session, select(Case), NEWEST, found, after, size))


def _cases(page: Listed[Any]) -> Listed[Case]:
    return page.of([row[0] for row in page.rows])


def waiting(
    session: Session,
    account_id: int,
    table: ActTable,
    *,
    rules: Callable[[Case], RulePack],
    words: str = "",
    after: str | None = None,
    size: int = A_PAGE,
    folded: bool = False,
) -> Listed[DeskLine]:
    """Open tasks of the roles the account holds in its cases, each with its act; risk first, then what is due first. ``folded``:
    of one kind in a case the first alone, with how many more there are, so that forty papers which reached nobody do not hide
    the one ruling behind them.
    """
    query = (
        select(Task, Case)
        .join(Case, Case.id == Task.case_id)
        .join(Seat, (Seat.case_id == Task.case_id) & (Seat.role == judged(Task.role)))
        .where(serving(account_id), judged(Task.done_at).is_(None), *_looked_for(words))
    )
    keys = (Key(Task.risk, descending=True), Key(func.coalesce(Task.due_at, FAR), datetime), Key(Task.id))
    if folded:
        query = query.where(~_is_behind_another())
    page = page_of(session, query, keys, after, size)
    besides = _of_a_kind(session, [task for task, _ in page.rows]) if folded else {}
    return page.of(
        [
            DeskLine(
                case,
                task.title,
                task.role,
                task.risk,
                task.due_at,
                done_by(table, task, case, rules),
                besides.get((task.case_id, task.kind, task.role), 1) - 1,
            )
            for task, case in page.rows
        ]
    )


def _is_behind_another() -> ColumnElement[bool]:
    """Of a task: another of its kind in the case comes before it in the order of the desk."""
    first = aliased(Task)
    due, its_due = func.coalesce(first.due_at, FAR), func.coalesce(Task.due_at, FAR)
    comes_before = or_(
        first.risk > Task.risk,
        and_(first.risk == Task.risk, due < its_due),
        and_(first.risk == Task.risk, due == its_due, first.id < Task.id),
    )
    of_its_kind = (judged(first.kind) == Task.kind, judged(first.role) == Task.role, judged(first.done_at).is_(None))
    return select(first.id).where(first.case_id == Task.case_id, *of_its_kind, comes_before).exists()


def _of_a_kind(session: Session, tasks: Sequence[Task]) -> dict[tuple[int, str, Role], int]:
    """How many lie on the desks of these tasks' cases, by case, kind and role."""
    cases = sorted({task.case_id for task in tasks})
    rows = session.execute(
        select(Task.case_id, Task.kind, Task.role, func.count())
        .where(Task.case_id.in_(cases), judged(Task.done_at).is_(None))
        .group_by(Task.case_id, Task.kind, Task.role)
    )
    return {(case, kind, role): count for case, kind, role, count in rows}
