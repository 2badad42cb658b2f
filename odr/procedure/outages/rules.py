"""Which time limits outages touch, and until which day those run for it. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from odr.procedure.time.reckoning import end_of

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import OutageRules
    from odr.procedure.rules.pack import RulePack


@dataclass(frozen=True)
class Span:
    """From when until when the court could not be reached."""

    began_at: datetime
    ended_at: datetime


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same times without what overlaps, in order: an hour that two noticed is one hour."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.began_at, one.ended_at)):
        if found and span.began_at <= found[-1].ended_at:
            found[-1] = Span(found[-1].began_at, max(found[-1].ended_at, span.ended_at))
        else:
            found.append(span)
    return found


def runs_until(
    rules: OutageRules, pack: RulePack, due_at: datetime, opened_at: datetime, is_hours: bool, spans: Sequence[Span]
) -> date | None:
    """The day a time limit runs until for all outages together; None where they did not touch it.

    They touch it where they took enough of its last day (of its last 24 hours, where it is counted in hours) or stood
    shortly before its end. It then runs until the end of the next working day, and on from there as long as that day is
    touched too: until one on which the court could be reached. So neither the order of the outages changes it, nor that
    one is told later, nor asking twice.
    """
    whole, end, until = merged(spans), due_at, None
    while True:
        began = _last_day_began(pack, end, is_hours and until is None)
        parts = [span for span in whole if span.began_at <= end and span.ended_at > max(began, opened_at)]
        if not parts or not _touch(rules, parts, max(began, opened_at), end):
            return until
        last = end.astimezone(pack.tz).date()
        if is_hours and until is None and end < end_of(pack, last):
            last -= timedelta(days=1)  # hours that end at nine run on to the end of that day; at its close, to the next
        day = pack.working_calendar.add_working(last, rules.working_days)
        until, end = day, end_of(pack, day)


def _last_day_began(pack: RulePack, end: datetime, is_hours: bool) -> datetime:
    if is_hours:
        return end - timedelta(hours=24)
    return datetime.combine(end.astimezone(pack.tz).date(), time(), pack.tz)


def _touch(rules: OutageRules, parts: Sequence[Span], began: datetime, end: datetime) -> bool:
    taken = sum((min(one.ended_at, end) - max(one.began_at, began) for one in parts), timedelta())
    shortly_before = end - timedelta(minutes=rules.minutes_before_end)
    return taken >= timedelta(minutes=rules.minutes_on_last_day) or parts[-1].ended_at > shortly_before
