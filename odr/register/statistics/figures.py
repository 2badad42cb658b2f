"""The figures of twelve months from what the dockets say of each case. Pure; formulas as CEPEJ writes them.

Clearance rate: cases ended ÷ cases filed × 100. Disposition time: cases not ended at the end of the period ÷ cases ended in
it × 365 days. Percentiles by nearest rank. What is about people is masked where it is small.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from odr.judgment.vocabulary import AppealOutcome
from odr.register.statistics.facts import Ending, Facts, Waited
from odr.register.statistics.suppression import FEW, Masked, Shown, masked

MONTHS = 12
FEWEST = 10
"""Cases of which percentiles are shown; of fewer, each would tell of somebody's case."""
OTHER = ""
"""The row of all kinds that have too few cases for a row of their own."""
PERCENTILES = (25, 50, 75, 90)


@dataclass(frozen=True)
class Counted:
    """A case with its kind and procedure."""

    cause: str
    track: str
    facts: Facts


def first_day(today: date) -> date:
    """The first day of the period: the first of the month eleven months before this one."""
    place = today.year * 12 + today.month - MONTHS
    return date(place // 12, place % 12 + 1, 1)


def whole_months(today: date) -> tuple[date, date]:
    """First and last day of the twelve whole months before this one. What is hidden where it is small is told of these only:
    of figures that change every day somebody could take yesterday's from today's.
    """
    last = today.replace(day=1) - timedelta(days=1)
    return first_day(last), last


def months_of(today: date) -> list[str]:
    """The months of the period, the present one last."""
    places = range(today.year * 12 + today.month - MONTHS, today.year * 12 + today.month)
    return [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places]


def report(cases: Iterable[Counted], today: date) -> dict[str, Any]:
    """Everything that is shown, as it is kept: no number of it is hidden later, what is small is not in it."""
    since, until = whole_months(today)
    found = _Counting((first_day(today).isoformat(), today.isoformat()), (since.isoformat(), until.isoformat()))
    for case in cases:
        found.add(case)
    months = months_of(today)
    filed, ended = sum(found.filed[m] for m in months), sum(found.ended[m] for m in months)
    return {
        "since": first_day(today).isoformat(),
        "until": today.isoformat(),
        "whole_since": since.isoformat(),
        "whole_until": until.isoformat(),
        "months": [{"month": m, "filed": found.filed[m], "ended": found.ended[m]} for m in months],
        "filed": filed,
        "ended": ended,
        "waiting": found.waiting,
        "clearance": _per(100 * ended, filed),
        "disposition": _per(365 * found.waiting, ended),
        "by_track": _durations(found.by_track),
        "by_cause": _durations(found.by_cause),
        "endings": _endings(found.endings),
        "channels": [
            {"channel": channel, "tried": tried, "served": found.served[channel]}
            for channel, tried in sorted(found.tried.items(), key=lambda one: (-one[1], one[0]))
        ],
        "appeals": _row(found.outcomes, [one.value for one in AppealOutcome]),
        "relief": _row(found.relief, ["granted", "refused"]),
        "paid": found.paid if found.payments > FEW or not found.payments else None,
        "waited": _shares({who.value: found.waited[who.value] for who in Waited}, found.over),
    }


def _per(above: int, below: int) -> float | None:
    return round(above / below, 1) if below else None


class _Counting:
    """Sums over all cases, in one pass."""

    def __init__(self, year: tuple[str, str], whole: tuple[str, str]) -> None:
        self._year, self._whole_months = year, whole
        self.filed: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.waiting = self.over = self.paid = self.payments = 0
        self.by_track: dict[str, list[int]] = defaultdict(list)
        self.by_cause: dict[str, list[int]] = defaultdict(list)
        self.endings: dict[str, Counter[str]] = defaultdict(Counter)
        self.tried: Counter[str] = Counter()
        self.served: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.relief: Counter[str] = Counter()
        self.waited: Counter[str] = Counter()

    def _in(self, day: str | None) -> bool:
        return day is not None and self._year[0] <= day <= self._year[1]

    def _whole(self, day: str) -> bool:
        return self._whole_months[0] <= day <= self._whole_months[1]

    def add(self, case: Counted) -> None:
        """Count one case."""
        facts = case.facts
        if facts.filed is None:
            return
        if self._in(facts.filed):
            self.filed[facts.filed[:7]] += 1
        self.waiting += facts.ended is None
        if self._in(facts.ended):
            self.ended[str(facts.ended)[:7]] += 1
        if facts.ended is not None and facts.how is not None and self._whole(facts.ended):
            days = (date.fromisoformat(facts.ended) - date.fromisoformat(facts.filed)).days
            self.by_track[case.track].append(days)
            self.by_cause[case.cause].append(days)
            self.endings[case.cause][facts.how] += 1
            self.waited.update(facts.waited)
            self.over += 1
        for day, channel, is_served in facts.services:
            if self._in(day):
                self.tried[channel] += 1
                self.served[channel] += is_served
        self.outcomes.update(outcome for day, outcome in facts.outcomes if self._whole(day))
        self.relief.update("granted" if granted else "refused" for day, granted in facts.relief if self._whole(day))
        # Of whole months: today's sum less yesterday's would be somebody's fee, and with it what they ask for.
        paid = [amount for day, amount in facts.paid if self._whole(day)]
        self.paid += sum(paid)
        self.payments += len(paid)


def percentile(days: Sequence[int], share: int) -> int:
    """The nearest-rank percentile: the smallest number that at least ``share`` per cent do not exceed."""
    ordered = sorted(days)
    return ordered[max(1, -(-share * len(ordered) // 100)) - 1]


def _together(sizes: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """The groups with a row of their own, the largest first, and those told together, the smallest taken until they are ten."""
    named = sorted((key for key, size in sizes.items() if size >= FEWEST), key=lambda key: (-sizes[key], key))
    rest = sorted(key for key, size in sizes.items() if size < FEWEST)
    while named and rest and sum(sizes[key] for key in rest) < FEWEST:
        rest.append(named.pop())
    return named, rest


def _durations(groups: Mapping[str, Sequence[int]]) -> list[dict[str, Any]]:
    """Days from filing to the first ending, by group. How many cases a row is made of is not told: the table of endings
    hides some of these sums.
    """
    named, rest = _together({key: len(days) for key, days in groups.items()})
    rows = [(key, groups[key]) for key in named] + [(OTHER, [day for key in rest for day in groups[key]])]
    return [
        {"key": key, **{f"p{share}": percentile(days, share) for share in PERCENTILES}}
        for key, days in rows
        if len(days) >= FEWEST
    ]


def _endings(causes: Mapping[str, Counter[str]]) -> dict[str, Any] | None:
    """How cases ended, by kind, with sums. All of them together stand in the months too, so that sum is known."""
    named, rest = _together({key: counted.total() for key, counted in causes.items()})
    rows = [(key, causes[key]) for key in named]
    if rest:
        rows.append((OTHER, sum((causes[key] for key in rest), Counter())))
    columns = [one.value for one in Ending]
    numbers = [[counted[column] for column in columns] for _, counted in rows]
    table = masked(numbers, total_is_known=True) if rows else None
    return None if table is None else {"rows": [key for key, _ in rows], "columns": columns, "cells": _cells(table)}


def _row(counted: Counter[str], columns: list[str]) -> dict[str, Any] | None:
    """One row of counts with its sum; None where nothing happened or nothing may be shown."""
    if not counted.total():
        return None
    table = masked([[counted[column] for column in columns]])
    return None if table is None else {"columns": columns, "cells": _cells(table)[0]}


def _cells(table: Masked) -> list[list[int | str]]:
    return [
        [number if state is Shown.NUMBER else state.value for number, state in zip(row, states, strict=True)]
        for row, states in zip(table.cells, table.shown, strict=True)
    ]


def _shares(counted: Mapping[str, int], cases: int) -> dict[str, Any]:
    """Days by whom they were waited for, and per cent that add up to a hundred: the largest rests are rounded up. Of few
    cases nothing is told, as with their durations: it would be the course of somebody's case.
    """
    total = sum(counted.values())
    if total <= FEW or cases < FEWEST:
        return {"days": 0, "shares": {}}
    whole = {who: 100 * days // total for who, days in counted.items()}
    for who in sorted(counted, key=lambda one: (-(100 * counted[one] % total), one))[: 100 - sum(whole.values())]:
        whole[who] += 1
    return {"days": total, "shares": whole}
