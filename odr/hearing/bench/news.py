"""What came into a judge's cases since they last looked at each: motions, objections, challenges, exhibits, answers. No flask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, String, and_, cast, exists, or_, select
from sqlalchemy.orm import aliased

from odr.docket.models import (
    HEARD_ROLES,
    PARTY_ROLES,
    Audience,
    Case,
    CaseReading,
    DocketEntry,
    EntryOpening,
    Party,
    ReadBy,
    Role,
    Seat,
    Thing,
)
from odr.ground.keyset import A_PAGE, Key, Listed, judged, page_of
from odr.identity.actors import serving
from odr.procedure.acts.table import Act, Milestone, Topic
from odr.procedure.case.since import TELLS_NEWS
from odr.procedure.case.waiting_for_me import done_by, named
from odr.procedure.models import Task

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN_TO_JUDGES = (
    Audience.PARTIES_AND_COURT,
    Audience.HEARING,
    Audience.OWN_SIDE_AND_COURT,
    Audience.COURT,
    Audience.BENCH,
)
"""Entries every judge of the case reads; one for named readers where it names the judge, one under a seal once it is opened."""
TOPICS = tuple(topic for topic in Topic if topic is not Topic.AGREEMENT)
"""What is offered to choose from: the parties' private room is none of the judge's."""


@dataclass(frozen=True)
class NewsLine:
    """One thing that came in, who brought it, and the act that answers it where one is open."""

    case: Case
    number: int
    did: Act
    who: str | None
    """The party it came from; None where no party brought it."""
    role: Role
    at: datetime
    answer: Act | None


def news_of(
    sitting: Sitting,
    account_id: int,
    *,
    words: str = "",
    topics: Collection[Topic] = (),
    after: str | None = None,
    size: int = A_PAGE,
) -> Listed[NewsLine]:
    """What came in, the newest first, in as many statements however much it is.

    It goes from the list when the judge has looked at the case, at its docket or at the entry, and when what it asked of
    the judge is done. What was there before somebody took the seat is the file they read, and no news.
    """
    session, table = sitting.session, sitting.court.table
    entry = DocketEntry
    query = (
        select(entry.id, entry.case_id, entry.number, entry.act, entry.role, entry.recorded_at, Party.name)
        .join(Case, Case.id == entry.case_id)
        .outerjoin(Party, Party.id == entry.party_id)
        .where(
            entry.case_id.in_(select(Seat.case_id).where(serving(account_id, Role.JUDGE))),
            _brought(_bring(sitting)),
            _readable(account_id),
            exists().where(
                Seat.case_id == entry.case_id, serving(account_id, Role.JUDGE), Seat.from_at < entry.recorded_at
            ),
            ~_looked_at(account_id),
            ~_dealt_with(),
        )
    )
    if words:
        query = query.where(named(words))
    if topics:
        query = query.where(entry.act.in_([act.name for act in table if act.topic in topics]))
    keys = (Key(entry.recorded_at, datetime, descending=True), Key(entry.id, descending=True))
    page = page_of(session, query, keys, after, size)
    cases = {case.id: case for case in session.scalars(select(Case).where(Case.id.in_({row[1] for row in page.rows})))}
    asked = _asked(sitting, cases)
    return page.of(
        [
            NewsLine(cases[case_id], number, table[act], name, role, at, asked.get((case_id, at)))
            for _, case_id, number, act, role, at, name in page.rows
        ]
    )


def _bring(sitting: Sitting) -> list[str]:
    """Acts by which exhibits come without a party: a platform's records, a page that was captured, what was collected."""
    by = {Role.CLOCK, Role.CLERK}
    return [act.name for act in sitting.court.table if Milestone.EXHIBITS_BROUGHT in act.means and act.by & by]


def _brought(bringing: Collection[str]) -> ColumnElement[bool]:
    """By a party or who acts for it, by somebody who is heard, or an exhibit from elsewhere."""
    return or_(
        DocketEntry.role.in_(PARTY_ROLES | HEARD_ROLES),
        DocketEntry.act.in_(bringing) & (DocketEntry.role != Role.JUDGE),
    )


def _readable(account_id: int) -> ColumnElement[bool]:
    """As :func:`odr.docket.visibility.reads_entry` has it for the judge of the case."""
    entry = DocketEntry
    tags = cast(entry.named, String)
    mine = or_(tags.contains(f'"{Role.JUDGE.value}"'), tags.contains(f'"account/{account_id}"'))
    return or_(
        entry.audience.in_(OPEN_TO_JUDGES),
        and_(entry.audience == Audience.NAMED, mine),
        exists().where(EntryOpening.entry_id == entry.id),
    )


def _looked_at(account_id: int) -> ColumnElement[bool]:
    reading, entry = CaseReading, DocketEntry
    this = and_(reading.thing == Thing.ENTRY, reading.item == cast(entry.number, String))
    return exists().where(
        reading.case_id == entry.case_id,
        reading.account_id == account_id,
        reading.by == ReadBy.PERSON,
        reading.at >= entry.recorded_at,
        or_(reading.thing.in_(TELLS_NEWS), this),
    )


def _dealt_with() -> ColumnElement[bool]:
    """It put something before the judge, and nothing of it is left."""
    task, left = aliased(Task), aliased(Task)
    at = DocketEntry.recorded_at

    def of(row: type[Task]) -> ColumnElement[bool]:
        return and_(row.case_id == DocketEntry.case_id, row.role == Role.JUDGE, row.opened_at == at)

    return exists().where(of(task), task.done_at.is_not(None)) & ~exists().where(of(left), left.done_at.is_(None))


def _asked(sitting: Sitting, cases: dict[int, Case]) -> dict[tuple[int, datetime], Act]:
    """The act that answers what came, by case and the moment it came."""
    rows = sitting.session.scalars(
        select(Task)
        .where(Task.case_id.in_(cases), judged(Task.role) == Role.JUDGE, judged(Task.done_at).is_(None))
        .order_by(Task.risk)
    )
    found = {}
    for task in rows:
        act = done_by(sitting.court.table, task, cases[task.case_id], sitting.pack)
        if act is not None:
            found[task.case_id, task.opened_at] = act
    return found
