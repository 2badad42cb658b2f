"""The indicators, reckoned: each with the range in which chance alone may have put it. Pure.

CEPEJ's clearance rate and disposition time, and seven of the ten CourTools of the NCSC: access and fairness (1), clearance (2), time to
disposition (3), age of what waits (4), hearing-date certainty (5), reliability of files (6), cost per case (10). What three others
measure a court like this has not: fines it collects (7), jurors (8), and what its staff say when asked (9).
"""

from __future__ import annotations

import enum
import math
from dataclasses import asdict, dataclass
from typing import Any

from odr.ground.text import T, Text

Z = 1.96
"""Of a hundred such ranges ninety-five hold what they are about, were chance alone at work."""


class Indicator(enum.Enum):
    """What is measured of the court as a whole."""

    CLEARANCE = "clearance"  # CEPEJ; CourTools 2
    DISPOSITION = "disposition"  # CEPEJ
    CLEAR_STEPS = "clear_steps"  # CourTools 1
    IN_TIME = "in_time"  # CourTools 3
    OLD = "old"  # CourTools 4
    CERTAIN = "certain"  # CourTools 5
    FILES = "files"  # CourTools 6
    COST = "cost"  # CourTools 10

    @property
    def title(self) -> Text:
        """What it is called."""
        return WORDS[self][0]

    @property
    def definition(self) -> Text:
        """What it counts."""
        return WORDS[self][1]

    @property
    def distorts(self) -> Text:
        """What makes it look better or worse than things are."""
        return WORDS[self][2]


WORDS: dict[Indicator, tuple[Text, Text, Text]] = {
    Indicator.CLEARANCE: (
        T("Cases ended for each 100 filed"),
        T(
            "Clearance rate: cases ended in twelve months divided by cases filed in them, times 100 (European commission for the efficiency of justice; CourTools 2)."
        ),
        T(
            "Ending many easy cases raises it, and so does a year in which few people sue. What is sent back does not count again."
        ),
    ),
    Indicator.DISPOSITION: (
        T("Days to end all that wait, at the pace of the year"),
        T(
            "Disposition time: cases waiting at the end divided by cases ended in twelve months, times 365 (European commission for the efficiency of justice)."
        ),
        T("Nobody waits that long. A rush of new claims raises it at once, without a case going slower."),
    ),
    Indicator.CLEAR_STEPS: (
        T("Of 100 answers, those who knew what they had to do"),
        T(
            "Answers to the question that is put after each step, in twelve months (after CourTools 1, access and fairness)."
        ),
        T(
            "Nobody has to answer, and whoever gave up is not asked. It says how a step is explained, and nothing of the outcome."
        ),
    ),
    Indicator.IN_TIME: (
        T("Of 100 cases that ended, those within the time named below"),
        T("Cases that ended in twelve months, from lodging to the first ending (CourTools 3, time to disposition)."),
        T("What still waits is not in it, and the slow ones wait. Days for which the parties asked count too."),
    ),
    Indicator.OLD: (
        T("Of 100 cases that wait, those older than the time named below"),
        T("Open cases, from lodging to today (CourTools 4, age of active pending caseload)."),
        T(
            "Cases that stand still for something decided elsewhere are in it. A rush of new claims makes it look better."
        ),
    ),
    Indicator.CERTAIN: (
        T("Of 100 hearings that were fixed, those held on that day"),
        T(
            "Hearings with everybody at one hour that were to begin in twelve months (CourTools 5, trial date certainty). One that was put off to another day was not held on its day; one that was not needed any more is not counted."
        ),
        T(
            "A hearing that is moved because a party is ill counts against it, and one that should have been moved counts for it."
        ),
    ),
    Indicator.FILES: (
        T("Of 100 files, those whose figures fit their docket"),
        T(
            "At the last nightly reading: cases of which the running count said what the docket says (after CourTools 6, reliability of case files)."
        ),
        T("It finds rows that differ from the docket. Whether the docket itself is whole, the audit of the log tells."),
    ),
    Indicator.COST: (
        T("What a case that ended cost the court"),
        T(
            "What the court cost in the year named in its rules, divided by the cases that ended in twelve months (CourTools 10, cost per case)."
        ),
        T("A cheap case is not a good one. Costs of the parties are not in it."),
    ),
}


@dataclass(frozen=True)
class Value:
    """One indicator: the figure, the range of chance, and on how many it rests; None where there are too few or nobody knows."""

    key: str
    value: float | None
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def nothing(key: Indicator, n: int) -> Value:
    """Too few to say."""
    return Value(key.value, None, None, None, n)


def share(key: Indicator, part: int, whole: int, minimum: int) -> Value:
    """Per cent, with Wilson's range for a share of so many."""
    if whole < max(minimum, 1):
        return nothing(key, whole)
    p, spread = part / whole, Z * Z / whole
    middle = (p + spread / 2) / (1 + spread)
    half = Z * math.sqrt(p * (1 - p) / whole + spread / (4 * whole)) / (1 + spread)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Value(key.value, round(100 * p, 1), _down(100 * min(low, p)), _up(100 * max(high, p)), whole)


def ratio(key: Indicator, above: int, below: int, times: int, minimum: int) -> Value:
    """A ratio of two counts times a number, with the range for counts that come by chance."""
    if below < max(minimum, 1):
        return nothing(key, below)
    found = above / below
    if not above:  # Of a count that is nothing the range reaches up to 3.69 (Poisson, 95 in 100).
        return Value(key.value, 0.0, 0.0, _up(times * 3.69 / below), 0)
    off = math.exp(Z * math.sqrt(1 / above + 1 / below))
    return Value(
        key.value, round(times * found, 1), _down(times * found / off), _up(times * found * off), min(above, below)
    )


def _down(number: float) -> float:
    return math.floor(number * 10) / 10


def _up(number: float) -> float:
    return math.ceil(number * 10) / 10


def cost(minor: int | None, ended: int, minimum: int) -> Value:
    """Minor units for each case that ended; None where nobody said what the court cost."""
    if minor is None or ended < max(minimum, 1):
        return nothing(Indicator.COST, ended)
    each = minor / ended
    off = math.exp(Z * math.sqrt(1 / ended))
    return Value(Indicator.COST.value, round(each), math.floor(each / off), math.ceil(each * off), ended)
