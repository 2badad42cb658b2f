"""What is asked about before it is taken: sums and days that are allowed and seldom meant. A question, never a refusal.

The thresholds are rules of this court: no law knows them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel

from odr.ground.canonical import sha256_hex
from odr.ground.errors import FieldFault
from odr.ground.text import Money, T
from odr.procedure.forms.inputs import Location

HUGE_MINOR = 10_000_000_000_00
"""Ten billion, in hundredths: a figure too many is likelier than such a claim."""
FAR_YEARS = 10
HAPPENED = frozenset(
    {"happened_on", "decided_on", "sent_on", "served_on", "knew_on", "paid_on", "ended_on", "effective_on", "broken_on"}
)
"""Fields that ask when something was; a day to come is asked about."""


class Doubt(FieldFault):
    """A question about one field: it is taken once somebody says that it is right."""


def doubts_of(given: Any, today: date, where: Location = ()) -> list[Doubt]:
    """Everything in an input that is asked about."""
    return list(_doubts(given, today, where))


def mark_of(doubts: Sequence[FieldFault]) -> str:
    """What a form sends back to say that exactly this is right; another sum or day is asked about again."""
    told = [f"{'/'.join(map(str, one.location))}={one.message.render('en')}" for one in doubts]
    return sha256_hex("\n".join(sorted(told)).encode())[:16] if told else ""


def _doubts(given: Any, today: date, where: Location) -> Iterator[Doubt]:
    if isinstance(given, Money):
        if given.minor >= HUGE_MINOR:
            yield Doubt(where, T("%(amount)s: is this sum right?", amount=given))
    elif isinstance(given, date):
        if where and where[-1] in HAPPENED and given > today:
            yield Doubt(where, T("%(day)s is still to come: is this day right?", day=given))
        elif given.year > today.year + FAR_YEARS:
            yield Doubt(where, T("%(day)s is many years away: is this day right?", day=given))
    elif isinstance(given, BaseModel):
        for name in type(given).model_fields:
            yield from _doubts(getattr(given, name), today, (*where, name))
    elif isinstance(given, list | tuple):
        for place, each in enumerate(given):
            yield from _doubts(each, today, (*where, place))
