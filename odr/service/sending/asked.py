"""What a letter asks, with its day: the same words at its top, in its text, and on the page its code opens."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odr.ground.text import LastDay, T, Text

ENDS = time(23, 59)
"""From this minute on a day is over with itself, and its hour need not be told."""


def last_day(due_at: datetime, zone: ZoneInfo) -> date:
    """The court's day on which a time limit ends, with its hour where the rules close the day sooner (CPR 2.8, PD 5B 4): an end at
    midnight still belongs to the day before.
    """
    last = (due_at - timedelta(microseconds=1)).astimezone(zone)
    return last.date() if last.time() >= ENDS else LastDay.of(due_at.astimezone(zone))


def asked_by(ask: Text | None, is_duty: bool, day: date) -> Text:
    """What is asked by the end of a day, or may be done until then; where nothing is, that it ends."""
    if ask is None:
        return T("This ends at the end of %(day)s.", day=day)
    if is_duty:
        return T("Please %(ask)s by the end of %(day)s.", ask=ask, day=day)
    return T("You can %(ask)s until the end of %(day)s.", ask=ask, day=day)
