"""Interest on what is owed, with its working: what was ordered, and what delay adds (CPL 264). Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from odr.ground.text import T, Text

YEAR = 365


class InterestKind(enum.Enum):
    """Why a sum bears interest."""

    ORDERED = "ordered"  # the decision orders it, at a rate a year
    LATE = "late"  # the law adds it for delay, at a part of the sum a day

    @property
    def label(self) -> Text:
        """The kind in words."""
        return {
            InterestKind.ORDERED: T("Interest that was ordered"),
            InterestKind.LATE: T("Addition for late payment"),
        }[self]


@dataclass(frozen=True)
class InterestLine:
    """One stretch of days over which the same sum was owed: its days times its rate a day, not rounded."""

    kind: InterestKind
    start: date
    end: date
    principal: int
    per_day: Fraction

    @property
    def days(self) -> int:
        """Days from ``start`` to ``end``."""
        return (self.end - self.start).days

    @property
    def exact(self) -> Fraction:
        """What this stretch adds, in minor units."""
        return self.principal * self.per_day * self.days

    def to_json(self) -> dict[str, Any]:
        """As a row of the record."""
        return {
            "kind": self.kind.value,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "days": self.days,
            "principal": self.principal,
            "per_day": str(self.per_day),
            "adds": rounded(self.exact),
        }


def rounded(exact: Fraction) -> int:
    """Minor units, half up."""
    return int((exact * 2 + 1) // 2)


def ordered_per_day(percent: Decimal | None) -> Fraction:
    """A rate in percent a year as a part of the sum a day; a year has 365 days."""
    return Fraction(percent) / (100 * YEAR) if percent is not None else Fraction(0)


def stretches(
    kind: InterestKind, principal: int, payments: Iterable[tuple[date, int]], start: date, end: date, per_day: Fraction
) -> list[InterestLine]:
    """The stretches from ``start`` to ``end``; each payment lowers the sum from its own day on, and interest bears no
    interest.
    """
    left, at, lines = principal, start, []
    for day, paid in sorted(payments):
        until = min(max(day, at), end)
        if left > 0 and until > at:
            lines.append(InterestLine(kind, at, until, left, per_day))
        at, left = until, max(left - paid, 0)
    if left > 0 and end > at:
        lines.append(InterestLine(kind, at, end, left, per_day))
    return lines


def without(lines: Iterable[InterestLine], still: Iterable[tuple[date, date]]) -> list[InterestLine]:
    """The stretches without the days in which execution stood still, from the first to before the last of each."""
    left = list(lines)
    for since, until in still:
        parts = [
            replace(line, start=start, end=end)
            for line in left
            for start, end in ((line.start, min(line.end, since)), (max(line.start, until), line.end))
        ]
        left = [line for line in parts if line.start < line.end] if since < until else left
    return left


def total(lines: Sequence[InterestLine], kind: InterestKind) -> int:
    """What the stretches of a kind add up to, rounded once at the end, minor units."""
    return rounded(sum((line.exact for line in lines if line.kind is kind), Fraction(0)))


def interest_lines(
    principal: int,
    payments: Sequence[tuple[date, int]],
    day: date,
    *,
    ordered_from: date | None,
    percent: Decimal | None,
    due_on: date,
    late_per_day: Fraction | None,
    still: Sequence[tuple[date, date]] = (),
) -> list[InterestLine]:
    """All interest on one sum up to ``day``: as ordered, and for delay after the last day to perform (CPL 264), but for the time in
    which execution stood ``still`` because of a retrial (LPI 3).
    """
    lines: list[InterestLine] = []
    if ordered_from is not None and percent is not None:
        lines += stretches(InterestKind.ORDERED, principal, payments, ordered_from, day, ordered_per_day(percent))
    if late_per_day:
        late = stretches(InterestKind.LATE, principal, payments, due_on, day, late_per_day)
        lines += without(late, still)
    return lines
