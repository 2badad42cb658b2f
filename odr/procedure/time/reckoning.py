"""Reckoning time limits, with the working shown day by day.

Periods in days begin on the next day and periods in hours with the next hour;
an end on a day off moves to the next working day (CPL 85). Other countries
count otherwise: cut-off hours, clear days and deemed service are data of the
pack. Nothing here knows a country.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from odr.ground.errors import CourtError
from odr.ground.text import T, Text
from odr.procedure.rules.base import Period, Unit, in_words
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.procedure.time.counting import Count, DayStep, Suspension

__all__ = [
    "DayStep",
    "Extension",
    "LengthNotAllowed",
    "Period",
    "Reckoning",
    "Suspension",
    "Unit",
    "end_of",
    "reckon",
    "reckon_before",
]

LAST_MOMENT = time(23, 59, 59, 999999)
"""A day ends with its last microsecond: that instant is still in time, the next is not."""


class LengthNotAllowed(CourtError):
    """A judge or clerk set a length that the rule does not leave open."""

    status = 422
    problem = "length-not-allowed"


@dataclass(frozen=True)
class Extension:
    """More time by order: a further period from the end reached so far, or a day to hold until. What stands still after
    ``since``, when that day was fixed, is added to it.
    """

    reason: Text
    article: str
    period: Period | None = None
    until_on: date | None = None
    since: datetime | None = None

    def __post_init__(self) -> None:
        if (self.period is None) == (self.until_on is None):
            raise ValueError("an extension gives either a period or a day")


@dataclass(frozen=True)
class Reckoning:
    """A reckoned time limit: the last instant in time, and how it was found.

    ``due_at`` is aware UTC and itself still in time. ``provisional`` says that a
    year was touched whose official calendar is not published yet.
    """

    due_at: datetime
    key: str
    article: str
    amount: int
    unit: Unit
    start: datetime
    result: date
    steps: tuple[DayStep, ...]
    pack: str
    version: str
    zone: str
    provisional: bool = False
    articles: tuple[str, ...] = field(default=())
    """Every further rule that was used: rolling, suspension, extension."""

    @property
    def words(self) -> Text:
        """How long it is, as it is read."""
        return in_words(self.amount, self.unit)

    def to_json(self) -> dict[str, Any]:
        """The whole working as stored with a window."""
        return {
            "due_at": self.due_at.isoformat(),
            "key": self.key,
            "article": self.article,
            "amount": self.amount,
            "unit": self.unit.value,
            "start": self.start.isoformat(),
            "result": self.result.isoformat(),
            "steps": [step.to_json() for step in self.steps],
            "pack": self.pack,
            "version": self.version,
            "zone": self.zone,
            "provisional": self.provisional,
            "articles": list(self.articles),
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Reckoning:
        """The working that was stored."""
        return cls(
            **{name: written[name] for name in ("key", "article", "amount", "pack", "version", "zone", "provisional")},
            due_at=datetime.fromisoformat(written["due_at"]),
            start=datetime.fromisoformat(written["start"]),
            result=date.fromisoformat(written["result"]),
            unit=Unit(written["unit"]),
            steps=tuple(DayStep.from_json(step) for step in written["steps"]),
            articles=tuple(written["articles"]),
        )


def reckon(
    pack: RulePack,
    rule: str | Period,
    start: datetime,
    *,
    track: str | None = None,
    abroad: bool = False,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Extension] = (),
    amount: int | None = None,
    article: str | None = None,
) -> Reckoning:
    """The end of a time limit that began with the event at ``start`` (aware).

    ``rule`` is a window of the pack, or a bare period with its ``article``.
    ``amount`` is what a judge or clerk set, within the bounds of the rule.
    Raises NoSuchRule where the track knows no such window (an appeal in small
    claims), LengthNotAllowed for a length out of bounds, and ValueError for a
    naive time. CPL 85.
    """
    if start.tzinfo is None:
        raise ValueError("a time limit needs an aware start")
    period, key, source = _measure(pack, rule, track, abroad, amount, article)
    count = Count(pack, suspensions)
    if period.unit is Unit.HOURS:
        due_at = _hours(count, start, period.amount)
    else:
        day = start.astimezone(pack.tz).date()
        count.note(day, False, T("day of the event, not counted"))
        due_at = end_of(pack, count.period(day, period))
    for extension in extensions:
        due_at = _extend(count, due_at, extension)
    return _result(pack, count, due_at, key, source, period, start)


def _result(
    pack: RulePack, count: Count, due_at: datetime, key: str, source: str, period: Period, start: datetime
) -> Reckoning:
    result = due_at.astimezone(pack.tz).date()
    years = {step.day.year for step in count.steps} | {result.year}
    provisional = any(not count.calendar.is_published(year) for year in years)
    return Reckoning(
        due_at=due_at.astimezone(UTC),
        key=key,
        article=source,
        amount=period.amount,
        unit=period.unit,
        start=start.astimezone(UTC),
        result=result,
        steps=tuple(count.steps),
        pack=pack.id,
        version=pack.version_of("windows").isoformat(),
        zone=pack.zone,
        provisional=provisional,
        articles=tuple(count.articles),
    )


def _measure(
    pack: RulePack, rule: str | Period, track: str | None, abroad: bool, amount: int | None, article: str | None
) -> tuple[Period, str, str]:
    """Length, key and article of what is to be reckoned."""
    if isinstance(rule, Period):
        return (
            rule,
            "",
            article or (pack.reckoning.hours_article if rule.unit is Unit.HOURS else pack.reckoning.article),
        )
    variant = pack.window(rule).variant(track, abroad)
    if not variant.available:
        raise NoSuchRule(T("There is no such time limit on this track."), source=pack.cited(variant.article))
    # A length fixed by law is nobody's to set; only an office named by the rule, or bounds, leave it open.
    if amount is not None and not (pack.window(rule).set_by or variant.at_least or variant.at_most):
        raise LengthNotAllowed(T("The law fixes the length of this time limit."), source=pack.cited(variant.article))
    length = variant.amount if amount is None else amount
    if length is None or variant.unit is None:
        raise NoSuchRule(T("The pack has no time limit called %(key)s.", key=rule))
    if (variant.at_least and length < variant.at_least) or (variant.at_most and length > variant.at_most):
        least, most = variant.at_least or 1, variant.at_most
        message = (
            T("This time limit is at least %(least)s.", least=least)
            if most is None
            else T("This time limit is from %(least)s to %(most)s.", least=least, most=most)
        )
        raise LengthNotAllowed(message, T("Choose a length within these bounds."), pack.cited(variant.article))
    return Period(amount=length, unit=variant.unit), rule, article or variant.article


def end_of(pack: RulePack, day: date) -> datetime:
    """The last instant of a last day, in UTC."""
    return datetime.combine(day, pack.reckoning.day_closes or LAST_MOMENT, pack.tz).astimezone(UTC)


def _hours(count: Count, start: datetime, amount: int) -> datetime:
    """Hours of real time after the hour of the event; suspended hours are added on."""
    began = start.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    due = began + timedelta(hours=amount)
    for one in sorted(count.suspensions, key=lambda one: one.from_at):
        overlap = min(one.until_at, due) - max(one.from_at, began) if one.from_at < due else timedelta()
        if overlap > timedelta():
            # Whatever lies beyond the old end still belongs to the standstill.
            overlap = one.until_at - max(one.from_at, began)
            due += timedelta(hours=-(-overlap // timedelta(hours=1)))
            count.used(one.article)
            count.note(one.from_at.astimezone(count.pack.tz).date(), False, T("suspended: %(why)s", why=one.reason))
    _note_hours(count, start, began, due)
    return due


def _note_hours(count: Count, start: datetime, began: datetime, due: datetime) -> None:
    zone = count.pack.tz
    count.note(start.astimezone(zone).date(), False, T("hour of the event, not counted"))
    day, last = began.astimezone(zone).date(), due.astimezone(zone).date()
    while day <= last:
        # Elapsed real hours, so that a day on which clocks change has 23 or 25.
        midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        reached = min(midnight, due)
        count.note(day, True, T("hours run"), int((reached - began) / timedelta(hours=1)))
        day += timedelta(days=1)


def _extend(count: Count, due_at: datetime, extension: Extension) -> datetime:
    pack = count.pack
    count.used(extension.article)
    last = due_at.astimezone(pack.tz).date()
    if extension.until_on is not None:
        until = extension.until_on
        if extension.since is not None:
            until = count.pushed_on(until, extension.since.astimezone(pack.tz).date())
        count.note(until, True, T("extended by order: %(why)s", why=extension.reason))
        return max(due_at, end_of(pack, count.roll(until)))
    period = extension.period
    if period is None:
        return due_at
    count.note(last, False, T("extended by order: %(why)s", why=extension.reason))
    if period.unit is Unit.HOURS:
        return due_at + timedelta(hours=period.amount)
    return max(due_at, end_of(pack, count.period(last, period)))


def reckon_before(
    pack: RulePack, rule: str | Period, event: datetime, *, track: str | None = None, article: str | None = None
) -> Reckoning:
    """The latest day on which something may be done so long before a coming event.

    Counted backwards from the day before the event: three days before a hearing
    on the 10th is the 7th (CPL 139); where the pack counts clear days, the 6th.
    """
    if event.tzinfo is None:
        raise ValueError("a time limit needs an aware event")
    period, key, source = _measure(pack, rule, track, False, None, article)
    if period.unit not in {Unit.DAYS, Unit.WORKING_DAYS}:
        raise ValueError("only days are counted backwards")
    count = Count(pack, ())
    day = event.astimezone(pack.tz).date()
    count.note(day, False, T("day of the event, not counted"))
    short = period.unit is Unit.DAYS and period.amount <= pack.reckoning.short_days
    ordinal = 0
    while ordinal < period.amount:
        day -= timedelta(days=1)
        if (short or period.unit is Unit.WORKING_DAYS) and not count.calendar.is_working(day):
            count.note(day, False, count.calendar.words(day))
            continue
        ordinal += 1
        count.note(day, True, count.calendar.words(day), ordinal)
    if pack.reckoning.clear_days:
        day -= timedelta(days=1)
        count.note(day, False, T("day of the act, not counted"))
    return _result(pack, count, end_of(pack, day), key, source, period, event)
