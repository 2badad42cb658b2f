"""Reckoning the work of cases from their dockets, a part in each round of the worker, and what lies open before each desk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party, Role, Seat, Stage
from odr.evidence.models import Exhibit
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.models import Account
from odr.insight.workload.models import CaseWork, TimeNote, WorkTurn
from odr.insight.workload.rules import Span, Work, WorkFacts, facts_of, weigh
from odr.procedure.rules.insight import WorkloadRules

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.rules.pack import RulePack

AT_ONCE = 200
"""Dockets read in one transaction."""


def rules_today(court: Court) -> RulePack:
    """The rules of today: the weights of all cases are compared, so all are reckoned by the same."""
    return court.packs.in_force(court.settings.pack, court.clock.now().astimezone(court.settings.tz).date())


def reckon_new(court: Court) -> int:
    """For the worker: reckon cases with new entries; all of them again once the rules have changed. Gives how many."""
    pack = rules_today(court)
    rules = pack.workload
    if rules is None:
        return 0
    with court.database.write() as session:
        turn = session.get(WorkTurn, 1, with_for_update=True)
        if turn is None:
            turn = WorkTurn(id=1, last_entry=0, rules=pack.named)
            session.add(turn)
        if turn.rules != pack.named:
            turn.last_entry, turn.rules = 0, pack.named
        last = turn.last_entry
        new = session.execute(
            built_once(
                lambda: (
                    select(DocketEntry.id, DocketEntry.case_id)
                    .where(DocketEntry.id > last)
                    .order_by(DocketEntry.id)
                    .limit(AT_ONCE)
                )
            )
        ).all()
        if not new:
            return 0
        cases = sorted({case for _, case in new})
        _keep(session, cases, rules)
        turn.last_entry = new[-1][0]
        return len(cases)


def reckon_missed(session: Session, rules: WorkloadRules) -> int:
    """Cases whose docket is longer than what was reckoned: of two entries made at once the later number can be there first,
    and the reckoning has passed the other when it comes. Gives how many.
    """
    missed = session.scalars(
        select(Case.id)
        .outerjoin(CaseWork, CaseWork.case_id == Case.id)
        .where(Case.entry_count > func.coalesce(CaseWork.entries, 0))
        .order_by(Case.id)
        .limit(AT_ONCE)
    ).all()
    if missed:
        _keep(session, missed, rules)
    return len(missed)


def _keep(session: Session, cases: Collection[int], rules: WorkloadRules) -> None:
    rows = {row.case_id: row for row in session.scalars(select(CaseWork).where(CaseWork.case_id.in_(cases)))}
    counts = {row[0]: row[1] for row in session.execute(select(Case.id, Case.entry_count).where(Case.id.in_(cases)))}
    for case, facts in read_work(session, cases, rules).items():
        work = weigh(facts, rules)
        row = rows.get(case)
        if row is None:
            row = CaseWork(case_id=case)
            session.add(row)
        row.entries, row.facts = counts[case], facts.as_json()
        row.done_low, row.done_high = work.done.low, work.done.high
        row.left_low, row.left_high = work.left.low, work.left.high
        row.unknown, row.measured = list(work.unknown), work.measured


def read_work(session: Session, cases: Collection[int], rules: WorkloadRules) -> dict[int, WorkFacts]:
    """What makes work in some cases, in three statements; payloads are not read."""
    acts: dict[int, list[str]] = {case: [] for case in cases}
    for case, act in session.execute(
        select(DocketEntry.case_id, DocketEntry.act).where(DocketEntry.case_id.in_(cases)).order_by(DocketEntry.id)
    ):
        acts[case].append(act)
    parties = {
        row[0]: row[1]
        for row in session.execute(
            select(Party.case_id, func.count())
            .where(Party.case_id.in_(cases), Party.role.in_(PARTY_ROLES))
            .group_by(Party.case_id)
        )
    }
    exhibits = {
        row[0]: row[1]
        for row in session.execute(
            select(Exhibit.case_id, func.count()).where(Exhibit.case_id.in_(cases)).group_by(Exhibit.case_id)
        )
    }
    return {case: facts_of(acts[case], parties.get(case, 0), exhibits.get(case, 0), rules) for case in cases}


def open_work(session: Session, accounts: Sequence[str], role: Role) -> Mapping[str, Text]:
    """What is usually still to be done in the open cases of some desks, as a range of hours in words."""
    lacks = CaseWork.case_id.is_(None) | (cast(CaseWork.unknown, String) != "[]")
    rows: Sequence[Any] = session.execute(
        select(
            Account.reference,
            func.sum(CaseWork.left_low),
            func.sum(CaseWork.left_high),
            func.count().filter(lacks),
        )
        .join(Seat, Seat.account_id == Account.id)
        .join(Case, Case.id == Seat.case_id)
        .outerjoin(CaseWork, CaseWork.case_id == Case.id)
        .where(
            Account.reference.in_(accounts),
            Seat.role == role,
            Seat.until_at.is_(None),
            Case.stage != Stage.CLOSED,
        )
        .group_by(Account.reference)
    ).all()
    found: dict[str, Text] = {}
    for account, low, high, lacking in rows:
        if low is None:
            found[account] = T("not known")
            continue
        span = hours(Span(int(low), int(high)))
        found[account] = T("%(span)s, and more that nobody knows", span=span) if lacking else span
    return found


def hours(span: Span) -> Text:
    """A range of minutes in whole hours, rounded outward: no precision that nobody has."""
    low, high = span.low // 60, -(-span.high // 60)
    return T("%(low)s to %(high)s hours", low=low, high=high) if high else T("none")


def work_of(row: CaseWork) -> Work:
    """A row as it was reckoned."""
    return Work(Span(row.done_low, row.done_high), Span(row.left_low, row.left_high), tuple(row.unknown), row.measured)


NOTES = 300
"""Of each kind of event the newest so many notes: how long things take today, and no page that grows with the years."""


def notes_by_kind(session: Session) -> dict[str, list[int]]:
    """The newest notes of time, by kind of event, in no order that tells who wrote them."""
    found: dict[str, list[int]] = {}
    place = func.row_number().over(partition_by=TimeNote.kind, order_by=TimeNote.id.desc()).label("place")
    newest = select(TimeNote.kind, TimeNote.minutes, place).subquery()
    for kind, minutes in session.execute(
        select(newest.c.kind, newest.c.minutes).where(newest.c.place <= NOTES).order_by(newest.c.kind, newest.c.minutes)
    ):
        found.setdefault(kind, []).append(minutes)
    return found
