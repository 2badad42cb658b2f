"""Days counted by hand: what CPL 85 says, without the court's own reckoning."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOLIDAYS = {
    date(2026, month, day)
    for month, days in {
        1: range(1, 4),
        2: range(15, 24),
        4: range(4, 7),
        5: range(1, 6),
        6: range(19, 22),
        9: range(25, 28),
        10: range(1, 8),
    }.items()
    for day in days
}
"""Days off of 2026, by the notice of the State Council; of later years only weekends are known, so nothing is too long."""
WORKED = {
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
}
"""Saturdays and Sundays that are worked instead."""


def day_of(instant: datetime) -> date:
    """The court's day of an instant."""
    return instant.astimezone(SHANGHAI).date()


def is_day_off(day: date) -> bool:
    """Whether a period does not end on it."""
    return day in HOLIDAYS or (day.weekday() >= 5 and day not in WORKED)


def last_day(start: datetime, days: int) -> date:
    """The last day of so many days: the day it starts does not count, an end on a day off moves on (CPL 85)."""
    day = day_of(start) + timedelta(days=days)
    while is_day_off(day):
        day += timedelta(days=1)
    return day


def is_over(start: datetime, days: int, now: datetime) -> bool:
    """Whether so many days from ``start`` have ended."""
    return day_of(now) > last_day(start, days)
