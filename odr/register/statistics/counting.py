"""Counting the dockets: a running count that reads new entries, and each night every docket again, compared with it.

The worker does a part in each of its rounds, so that no letter waits for a figure. The night's reading counts the cases of
which the running count said something else, and puts them right; how many there were stands on the page.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry
from odr.ground.memory.built_once import built_once
from odr.judgment import names as judgment
from odr.payments import names as payments
from odr.procedure.acts.table import TABLE, Milestone, acts_that_mean
from odr.register.statistics import figures
from odr.register.statistics.facts import Entry, Facts, facts_of
from odr.register.statistics.models import CaseFacts, StatisticsReport, StatisticsTurn
from odr.register.statistics.quality import quality_of
from odr.service import names as service

if TYPE_CHECKING:
    from odr.procedure.court import Court

AT_ONCE = 200
"""Dockets read in one transaction, and new entries looked at: a round of the worker stays short."""
KEPT = 400
"""Days whose report is kept."""


@dataclass(frozen=True)
class Rebuilt:
    """What a reading of every docket came to."""

    cases: int
    differences: int


def counted_acts() -> frozenset[str]:
    """The acts whose entries are read: those that move a case, and those that are counted."""
    return frozenset(
        {
            judgment.APPEAL_DECISION,
            judgment.RECORD_APPEAL_OUTCOME,
            service.RECORD_SERVICE,
            payments.RECORD_PAYMENT,
            payments.DECIDE_RELIEF,
            *acts_that_mean(Milestone.RULING_ASKED, Milestone.RULING_GIVEN),
            *(act.name for act in TABLE if act.to),
        }
    )


def read_dockets(session: Session, cases: Collection[int], zone: ZoneInfo) -> dict[int, Facts]:
    """The facts of some cases, from their entries alone: one statement."""
    rows = session.execute(
        select(DocketEntry.case_id, DocketEntry.act, DocketEntry.effective_at, DocketEntry.payload)
        .where(
            DocketEntry.case_id.in_(cases), or_(DocketEntry.act.in_(sorted(counted_acts())), DocketEntry.number == 1)
        )
        .order_by(DocketEntry.case_id, DocketEntry.number)
    )
    found: dict[int, list[Entry]] = {case: [] for case in cases}
    for case, act, at, payload in rows:
        found[case].append(Entry(act, at, json.loads(payload)))
    return {case: facts_of(entries, zone) for case, entries in found.items()}


def count_on(court: Court) -> int:
    """For the worker: read what is new on the dockets, go on with the night's reading, and write the report of a day once.
    Gives how many dockets were read.
    """
    with court.database.write() as session:
        turn = _turn(session)
        read = _read_new(court, session, turn)
        now = court.clock.now()
        day = now.astimezone(court.settings.tz).date()
        made = built_once(lambda: select(StatisticsReport.id).where(StatisticsReport.day == day))
        if read or session.scalar(made) is not None:
            return read
        read = _read_on(court, session, turn)
        if read < AT_ONCE:
            _report(court, session, turn)
        return read


def rebuild(court: Court) -> Rebuilt:
    """Read every docket again, now, put the running count right where it differs, and write the report of the day anew."""
    while True:
        with court.database.write() as session:
            turn = _turn(session)
            if _read_new(court, session, turn):
                continue
            if _read_on(court, session, turn) == AT_ONCE:
                continue
            found = Rebuilt(turn.cases, turn.differences)
            _report(court, session, turn)
            return found


def _turn(session: Session) -> StatisticsTurn:
    found = session.get(StatisticsTurn, 1, with_for_update=True)
    if found is None:
        found = StatisticsTurn(id=1, last_entry=0, last_case=0, cases=0, differences=0)
        session.add(found)
        session.flush()
    return found


def _read_new(court: Court, session: Session, turn: StatisticsTurn) -> int:
    """Dockets with entries the running count has not seen."""
    new = session.execute(
        built_once(
            lambda: (
                select(DocketEntry.id, DocketEntry.case_id)
                .where(DocketEntry.id > turn.last_entry)
                .order_by(DocketEntry.id)
                .limit(AT_ONCE)
            )
        )
    ).all()
    if not new:
        return 0
    cases = sorted({case for _, case in new})
    _keep(session, cases, read_dockets(session, cases, court.settings.tz))
    turn.last_entry = new[-1][0]
    return len(cases)


def _read_on(court: Court, session: Session, turn: StatisticsTurn) -> int:
    """The next dockets of the night's reading, compared with what the running count says of them."""
    if turn.begun_at is None:
        turn.begun_at, turn.last_case, turn.cases, turn.differences = court.clock.machine_now(), 0, 0, 0
    cases = session.scalars(select(Case.id).where(Case.id > turn.last_case).order_by(Case.id).limit(AT_ONCE)).all()
    if cases:
        read = read_dockets(session, cases, court.settings.tz)
        turn.differences += _keep(session, cases, read)
        turn.cases += len(cases)
        turn.last_case = cases[-1]
    return len(cases)


def _keep(session: Session, cases: Sequence[int], read: dict[int, Facts]) -> int:
    """Write facts down; gives of how many cases something else stood there, though their docket had not grown."""
    rows = {row.case_id: row for row in session.scalars(select(CaseFacts).where(CaseFacts.case_id.in_(cases)))}
    lengths = session.execute(select(Case.id, Case.entry_count).where(Case.id.in_(cases)))
    different = 0
    for case, entries in lengths:
        told, row = json.loads(json.dumps(read[case].as_json())), rows.get(case)
        if row is None:
            session.add(CaseFacts(case_id=case, entries=entries, facts=told))
        elif row.facts != told or row.entries != entries:
            different += row.entries == entries and row.facts != told
            row.facts, row.entries = told, entries
    return different


def _report(court: Court, session: Session, turn: StatisticsTurn) -> None:
    """The figures of today, in place of what an earlier reading of the day said."""
    now = court.clock.now()
    day = now.astimezone(court.settings.tz).date()
    since = figures.first_day(day)
    # Of a million cases no more are held at once than these.
    every = select(Case.cause, Case.track, CaseFacts.facts).join(CaseFacts, CaseFacts.case_id == Case.id)
    rows = session.execute(every.execution_options(yield_per=AT_ONCE))
    told = figures.report((figures.Counted(cause, track.value, Facts(**facts)) for cause, track, facts in rows), day)
    told["quality"] = quality_of(session, since, now, court.settings.tz)
    begun = turn.begun_at or court.clock.machine_now()
    told["reading"] = {
        "cases": turn.cases,
        "differences": turn.differences,
        "seconds": _seconds(begun, court.clock.machine_now()),
    }
    row = session.scalar(select(StatisticsReport).where(StatisticsReport.day == day))
    if row is None:
        session.add(StatisticsReport(day=day, made_at=now, body=told))
    else:
        row.made_at, row.body = now, told
    turn.begun_at = None
    old = session.scalars(select(StatisticsReport).order_by(StatisticsReport.day.desc()).offset(KEPT).limit(AT_ONCE))
    for each in old:
        session.delete(each)


def _seconds(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds()))
