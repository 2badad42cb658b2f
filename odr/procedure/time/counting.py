"""Counting days on the court's calendar, one step a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from odr.ground.text import T, Text
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.written_working import text_from_json, text_to_json


@dataclass(frozen=True)
class Suspension:
    """A span in which a window stood still. Only ended ones can be reckoned: a halted window has no end yet."""

    from_at: datetime
    until_at: datetime
    reason: Text
    article: str

    def __post_init__(self) -> None:
        if self.until_at < self.from_at:
            raise ValueError("a suspension ends before it begins")


@dataclass(frozen=True)
class DayStep:
    """One day of the calendar in the working: counted or not, why, and the count reached."""

    day: date
    counted: bool
    reason: Text
    ordinal: int | None

    def to_json(self) -> dict[str, Any]:
        """The step as stored."""
        return {
            "day": self.day.isoformat(),
            "counted": self.counted,
            "reason": text_to_json(self.reason),
            "ordinal": self.ordinal,
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> DayStep:
        """The step that was stored."""
        return cls(
            date.fromisoformat(written["day"]),
            written["counted"],
            text_from_json(written["reason"]),
            written["ordinal"],
        )


class Count:
    """A count in progress: the day reached and the steps so far."""

    def __init__(self, pack: RulePack, suspensions: Sequence[Suspension]) -> None:
        self.pack, self.suspensions, self.calendar = pack, suspensions, pack.working_calendar
        self.steps: list[DayStep] = []
        self.articles: list[str] = []

    def note(self, day: date, counted: bool, reason: Text, ordinal: int | None = None) -> None:
        self.steps.append(DayStep(day, counted, reason, ordinal))

    def used(self, article: str) -> None:
        if article not in self.articles:
            self.articles.append(article)

    def standstill(self, day: date) -> Suspension | None:
        """The suspension that touches a local day, if any: such a day does not count."""
        for one in self.suspensions:
            if one.from_at.astimezone(self.pack.tz).date() <= day <= one.until_at.astimezone(self.pack.tz).date():
                return one
        return None

    def days(self, day: date, amount: int, working_only: bool) -> date:
        """Walk on from ``day`` (not counted) until ``amount`` days have counted."""
        ordinal = 0
        while ordinal < amount:
            day += timedelta(days=1)
            halted = self.standstill(day)
            if halted is not None:
                self.used(halted.article)
                self.note(day, False, T("suspended: %(why)s", why=halted.reason))
            elif working_only and not self.calendar.is_working(day):
                self.note(day, False, self.calendar.words(day))
            else:
                ordinal += 1
                self.note(day, True, self.calendar.words(day), ordinal)
        return day

    def months(self, day: date, months: int) -> date:
        """The corresponding day ``months`` later, pushed on by every suspended day."""
        end = months_later(day, months)
        marks = range(1, months) if months <= 12 else range(12, months, 12)
        for mark in marks:
            self.note(months_later(day, mark), True, T("month %(number)s", number=mark), mark)
        self.note(end, True, T("corresponding day of the last month"), months)
        return self.pushed_on(end, day)

    def roll(self, day: date) -> date:
        """Move an end on a day off to the next working day, where the pack does; a day on which the window stood still is
        nobody's last day either.
        """
        rules = self.pack.reckoning
        if not rules.rolls or self.calendar.is_working(day):
            return day
        self.used(rules.roll_article)
        self.note(day, False, T("the last day is a day off: %(why)s", why=self.calendar.words(day)))
        day += timedelta(days=1)
        while (halted := self.standstill(day)) is not None or not self.calendar.is_working(day):
            if halted is not None:
                self.used(halted.article)
            why = self.calendar.words(day) if halted is None else T("suspended: %(why)s", why=halted.reason)
            self.note(day, False, why)
            day += timedelta(days=1)
        self.note(day, True, T("first working day after it"))
        return day

    def pushed_on(self, until: date, since: date) -> date:
        """A day that a window reaches, or to which it was put off on the day ``since``, pushed on by every day it stood still
        after that.
        """
        day = since
        while day < until:
            day += timedelta(days=1)
            halted = self.standstill(day)
            if halted is not None:
                until += timedelta(days=1)
                self.used(halted.article)
                self.note(day, False, T("suspended: %(why)s", why=halted.reason))
        return until

    def period(self, day: date, period: Period) -> date:
        """The last day of a period of days, months or years that begins after ``day``, rolled."""
        rules = self.pack.reckoning
        if period.unit is Unit.TERM_MONTHS:
            return self.months(day, period.amount)
        if period.unit is Unit.TERM_DAYS:
            return self.days(day, period.amount, False)
        if period.unit in {Unit.MONTHS, Unit.YEARS}:
            return self.roll(self.months(day, period.amount * (12 if period.unit is Unit.YEARS else 1)))
        short = period.unit is Unit.DAYS and period.amount <= rules.short_days
        if short and rules.short_article:
            self.used(rules.short_article)
        return self.roll(self.days(day, period.amount, period.unit is Unit.WORKING_DAYS or short))


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the last of a month that has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
