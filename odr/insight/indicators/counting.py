"""Counting the indicators once a day, on top of the statistics: by the worker, from what dockets say of each case."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.memory.built_once import built_once
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.insight.indicators.figures import Indicator, Value, cost, ratio, share
from odr.insight.indicators.models import IndicatorReport
from odr.insight.workload.durations import Took, durations_are_counted
from odr.insight.workload.reckoning import rules_today
from odr.register.models import Clear, StepAnswer
from odr.register.statistics.counting import AT_ONCE
from odr.register.statistics.models import CaseFacts, StatisticsReport

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.rules.insight import IndicatorRules

KEPT = 400


def count_indicators(court: Court) -> int:
    """For the worker: once the statistics of a day are written, its indicators, and how long cases of each kind took."""
    rules = rules_today(court).indicators
    now = court.clock.now()
    day = now.astimezone(court.settings.tz).date()
    if rules is None:
        return 0
    with court.database.read() as session:
        if _indicators_are_counted(session, day) and durations_are_counted(session, day):
            return 0
        report = session.scalar(select(StatisticsReport).where(StatisticsReport.day == day))
        if report is None:
            return 0
        took = Took()
        body = {
            "since": report.body["since"],
            "until": report.body["until"],
            "old_days": rules.old_days,
            "cost_year": rules.cost_year,
            "minimum": rules.minimum,
            "values": [one.as_json() for one in _values(court, session, rules, report.body, day, took)],
        }
    with court.database.write() as session:
        if not durations_are_counted(session, day):
            took.keep(session, day)
        if _indicators_are_counted(session, day):
            return 0
        session.add(IndicatorReport(day=day, made_at=now, body=body))
        for old in session.scalars(select(IndicatorReport).order_by(IndicatorReport.day.desc()).offset(KEPT).limit(50)):
            session.delete(old)
    return 1


def _indicators_are_counted(session: Session, day: date) -> bool:
    return session.scalar(built_once(lambda: select(IndicatorReport.id).where(IndicatorReport.day == day))) is not None


def _values(
    court: Court, session: Session, rules: IndicatorRules, told: dict[str, Any], today: date, took: Took
) -> list[Value]:
    """The indicators; ``took`` is told of each case on the way, since this goes through all of them."""
    since, least = date.fromisoformat(told["since"]), rules.minimum
    begin = datetime.combine(since, time(), court.settings.tz)
    ended_in = ended_all = old = waiting = 0
    every = select(CaseFacts.facts, Case.cause, Case.track, Case.pronounced_at)
    every = every.join(Case, Case.id == CaseFacts.case_id).order_by(Case.id)
    # Of a million cases no more are held at once than these.
    for facts, cause, track, pronounced_at in session.execute(every.execution_options(yield_per=AT_ONCE)):
        if pronounced_at is not None:
            took.add(cause, track.value, facts)
        if facts.get("filed") is None:
            continue
        filed = date.fromisoformat(facts["filed"])
        if facts.get("ended") is None:
            waiting += 1
            old += (today - filed).days > rules.old_days
        elif facts["ended"] >= told["since"]:
            ended_all += 1
            ended_in += (date.fromisoformat(facts["ended"]) - filed).days <= rules.old_days
    return [
        ratio(Indicator.CLEARANCE, told["ended"], told["filed"], 100, least),
        ratio(Indicator.DISPOSITION, told["waiting"], told["ended"], 365, least),
        _clear(session, since, least),
        share(Indicator.IN_TIME, ended_in, ended_all, least),
        share(Indicator.OLD, old, waiting, least),
        _certain(session, begin, datetime.combine(today, time(), court.settings.tz), least),
        share(
            Indicator.FILES, told["reading"]["cases"] - told["reading"]["differences"], told["reading"]["cases"], least
        ),
        cost(rules.cost_minor, told["ended"], least),
    ]


def _clear(session: Session, since: date, least: int) -> Value:
    counted = {
        row[0]: row[1]
        for row in session.execute(
            select(StepAnswer.clear, func.count()).where(StepAnswer.month >= since).group_by(StepAnswer.clear)
        )
    }
    return share(Indicator.CLEAR_STEPS, counted.get(Clear.YES, 0), sum(counted.values()), least)


def _certain(session: Session, begin: datetime, end: datetime, least: int) -> Value:
    counted = {
        row[0]: row[1]
        for row in session.execute(
            select(Hearing.state, func.count())
            .where(Hearing.begins_at >= begin, Hearing.begins_at < end)
            .group_by(Hearing.state)
        )
    }
    held = counted.get(HearingState.HELD, 0)
    put_off = counted.get(HearingState.ADJOURNED, 0) + counted.get(HearingState.ADJOURNING, 0)
    return share(Indicator.CERTAIN, held, held + put_off, least)
