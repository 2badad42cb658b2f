"""A year played through: cases come, fall to judges by a rule, and are worked off. Pure; the same seed gives the same year.

It uses the tickets of the court's own lot, and weights that were recorded. It says how loads and waiting would differ between
rules and numbers of judges; it does not say what will happen.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from odr.filing.registry.drawing import tickets
from odr.procedure.rules.insight import DistributionRules

DAYS = 365
MOST_CASES, MOST_JUDGES = 20_000, 200


class Rule(StrEnum):
    """By which rule a case falls to somebody."""

    LOT = "lot"  # the court's own: by lot, weighted by what lies on the desks
    EVEN = "even"  # by lot, everybody alike
    TURNS = "turns"  # one after the other


@dataclass(frozen=True)
class Year:
    """What is played: ``away`` days of leave of each judge, ``minutes`` of work on cases of each on each working day."""

    cases: int
    judges: int
    weights: Sequence[int]
    """Minutes of work of cases as they were recorded: each new one weighs like one of them, by lot."""
    rule: Rule = Rule.LOT
    away: int = 25
    minutes: int = 300
    fewer: int = 0
    """So many judges less, from the middle of the year on."""
    seed: str = "year"


@dataclass(frozen=True)
class Came:
    """What a year came to. Of judges only the spread between desks is told, never whose desk is which."""

    filed: int
    ended: int
    waiting: int
    half_days: int | None
    """Days in which half of the cases that ended did."""
    nine_days: int | None
    """Days in which nine in ten did."""
    most_apart: int
    """The largest difference between two desks at the end of a day, in minutes of open work, in the last half of the year."""
    apart_at_end: int
    usual_load: int
    """Minutes of open work of the middle desk at the end."""


def play(year: Year, rules: DistributionRules) -> Came:
    """Play a year. Raises ValueError for more than can be played, or nothing to play with."""
    if not (0 < year.cases <= MOST_CASES and 0 < year.judges - year.fewer <= year.judges <= MOST_JUDGES):
        raise ValueError("too many cases or judges, or too few")
    if not year.weights or min(year.weights) < 1:
        raise ValueError("no weights")
    chance = Random(year.seed)
    days = sorted(chance.randrange(DAYS) for _ in range(year.cases))
    leave = [_leave(chance, year.away) for _ in range(year.judges)]
    desks = [_Desk() for _ in range(year.judges)]
    gone: set[int] = set()
    took: list[int] = []
    place, turn, most_apart = 0, 0, 0
    for day in range(DAYS):
        if day == DAYS // 2 and year.fewer:
            gone = set(range(year.judges - year.fewer, year.judges))
            for number in sorted(gone):
                for filed, weight in desks[number].empty():
                    desks[_fall(year.rule, desks, _there(desks, gone, leave, day), chance, turn, rules)].take(
                        filed, weight
                    )
                    turn += 1
        while place < len(days) and days[place] == day:
            chosen = _fall(year.rule, desks, _there(desks, gone, leave, day), chance, turn, rules)
            desks[chosen].take(day, chance.choice(year.weights))
            turn, place = turn + 1, place + 1
        if day % 7 < 5:
            for number, desk in enumerate(desks):
                if number not in gone and day not in leave[number]:
                    took.extend(day - filed for filed in desk.work(year.minutes))
        loads = [desk.load for number, desk in enumerate(desks) if number not in gone]
        if day >= DAYS // 2:
            most_apart = max(most_apart, max(loads) - min(loads))
    took.sort()
    loads = sorted(desk.load for number, desk in enumerate(desks) if number not in gone)
    return Came(
        filed=year.cases,
        ended=len(took),
        waiting=year.cases - len(took),
        half_days=_nearest(took, 50),
        nine_days=_nearest(took, 90),
        most_apart=most_apart,
        apart_at_end=loads[-1] - loads[0],
        usual_load=loads[len(loads) // 2],
    )


def _nearest(days: Sequence[int], share: int) -> int | None:
    return days[max(1, -(-share * len(days) // 100)) - 1] if days else None


def _leave(chance: Random, away: int) -> frozenset[int]:
    """Days of leave: in two stretches somewhere in the year."""
    found: set[int] = set()
    for length in (away // 2, away - away // 2):
        begin = chance.randrange(DAYS)
        found |= {(begin + day) % DAYS for day in range(length)}
    return frozenset(found)


def _there(desks: Sequence[_Desk], gone: set[int], leave: Sequence[frozenset[int]], day: int) -> list[int]:
    """Who can get a case: who is there, and where nobody is, everybody who is not gone."""
    staying = [number for number in range(len(desks)) if number not in gone]
    return [number for number in staying if day not in leave[number]] or staying


def _fall(
    rule: Rule, desks: Sequence[_Desk], there: Sequence[int], chance: Random, turn: int, rules: DistributionRules
) -> int:
    """To whom the next case falls."""
    if rule is Rule.TURNS:
        return there[turn % len(there)]
    if rule is Rule.EVEN:
        return chance.choice(there)
    unit = rules.unit * A_CASE
    least = min(desks[number].load for number in there)
    few = [number for number in there if desks[number].load <= least + max(least // 10, unit * rules.reach)]
    scaled = rules.model_copy(update={"unit": unit})
    return chance.choices(few, [tickets(desks[number].load, least, scaled) for number in few])[0]


A_CASE = 60
"""Minutes for which one unit of the pack's weights stands in the play: an hour."""


class _Desk:
    """Cases of one judge, the oldest first."""

    def __init__(self) -> None:
        self._cases: list[tuple[int, int, int]] = []
        self._number = 0
        self.load = 0

    def take(self, filed: int, weight: int) -> None:
        """Another case."""
        self._number += 1
        heapq.heappush(self._cases, (filed, self._number, weight))
        self.load += weight

    def empty(self) -> list[tuple[int, int]]:
        """Everything goes to others."""
        cases = [(filed, weight) for filed, _, weight in sorted(self._cases)]
        self._cases, self.load = [], 0
        return cases

    def work(self, minutes: int) -> list[int]:
        """A day's work; the days on which the cases were filed that ended by it."""
        ended = []
        while minutes > 0 and self._cases:
            filed, number, weight = self._cases[0]
            done = min(minutes, weight)
            minutes -= done
            self.load -= done
            if done == weight:
                heapq.heappop(self._cases)
                ended.append(filed)
            else:
                self._cases[0] = (filed, number, weight - done)
        return ended
