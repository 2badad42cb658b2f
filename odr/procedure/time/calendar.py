"""The court's calendar: which days are worked, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from odr.ground.text import T, Text
from odr.procedure.rules.base import CourtCalendar


class DayKind(StrEnum):
    """What the calendar says of a day."""

    WORKING = "working"
    """An ordinary working day."""
    MAKE_UP = "make_up"
    """A weekend day on which the country works to make up for a holiday."""
    WEEKEND = "weekend"
    """Saturday or Sunday."""
    HOLIDAY = "holiday"
    """A public holiday or a day off in lieu."""


_WORDS: dict[DayKind, Text] = {
    DayKind.WORKING: T("working day"),
    DayKind.MAKE_UP: T("make-up working day"),
    DayKind.WEEKEND: T("weekend"),
    DayKind.HOLIDAY: T("public holiday"),
}


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    import holidays  # With it come the calendars of the world: not for a program that reckons no day.

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days of one court: the library's holidays under the court's own table."""

    country: str
    subdivision: str | None
    weekend: frozenset[int]
    make_up: frozenset[date]
    closed: frozenset[date]
    opened: frozenset[date]
    published: frozenset[int]

    @classmethod
    def of(cls, section: CourtCalendar) -> WorkingCalendar:
        """The calendar a pack's section describes."""
        years = section.years.values()
        return cls(
            section.country,
            section.subdivision,
            frozenset(section.weekend),
            frozenset(day for year in years for day in year.make_up),
            frozenset(day for year in years for day in year.closed),
            frozenset(day for year in years for day in year.open),
            frozenset(int(year) for year in section.years),
        )

    def kind(self, day: date) -> DayKind:
        """What ``day`` is; the court's table goes before the library."""
        if day in self.make_up:
            return DayKind.MAKE_UP
        if day in self.closed:
            return DayKind.HOLIDAY
        if day not in self.opened and day in _holidays(self.country, self.subdivision, day.year):
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() in self.weekend else DayKind.WORKING

    def is_working(self, day: date) -> bool:
        """Whether the court works on ``day``."""
        return self.kind(day) in {DayKind.WORKING, DayKind.MAKE_UP}

    def words(self, day: date) -> Text:
        """Why ``day`` counts or not, for a reader."""
        return _WORDS[self.kind(day)]

    def next_working(self, day: date) -> date:
        """``day`` itself if worked, else the first working day after it."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def add_working(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``."""
        for _ in range(count):
            day = self.next_working(day + timedelta(days=1))
        return day

    def is_published(self, year: int) -> bool:
        """Whether the year's official calendar is in the pack."""
        return year in self.published
