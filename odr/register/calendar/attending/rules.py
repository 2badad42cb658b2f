"""Who gets a place where more ask than there are, and who is not admitted (CTR 9). Pure: who holds the same facts reckons
the same.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from odr.ground.text import T, Text
from odr.notary.lot import lot
from odr.register.calendar.attending.models import Way


class Ground(enum.Enum):
    """Why somebody is not admitted (CTR 9(3))."""

    WITNESS = "witness"  # will be heard as witness, expert or specialist
    MINOR = "minor"  # a minor without the court's leave
    DISORDER = "disorder"  # may endanger the court or its order

    @property
    def label(self) -> Text:
        """In words."""
        return {
            Ground.WITNESS: T("Whoever is heard as a witness, an expert or a specialist does not watch before"),
            Ground.MINOR: T("A minor needs the court’s leave, and it was not given"),
            Ground.DISORDER: T("There is reason to fear for the court or its order"),
        }[self]


@dataclass(frozen=True)
class Asks:
    """One request as the rule sees it."""

    reference: str
    at: datetime
    first: bool
    """Near relative of a party, or with an interest in the case."""
    has: bool
    """Has a pass."""
    late: bool = False
    """Asked after the time to ask was over."""


def turn(one: Asks, way: Way, seed: str | None) -> tuple[bool, bool, str, datetime, str]:
    """By what requests are put in order: relatives and the interested first, then who asked in time, by lot or as they asked.

    The lot of a request is the SHA-256 of ``seed`` and its reference, in hexadecimal with a line feed between: the seed is
    the root of the court's log after the time to ask was over, which nobody knew while requests came in.
    """
    drawn = lot(seed, one.reference) if way is Way.LOT and seed and not one.late else ""
    return not one.first, one.late, drawn, one.at, one.reference


def who_gets_one(
    asking: Sequence[Asks], seats: int, kept: int, way: Way, *, is_closed: bool, seed: str | None = None
) -> list[str]:
    """References of the requests that get a place now, in order. Nobody who has one loses it.

    Before the time to ask is over (``is_closed`` false) a lot gives nothing, and in the order of asking only relatives and
    the interested get what is kept for them; afterwards every free seat goes to who comes next. Raises ValueError for a lot
    without its seed.
    """
    if way is Way.LOT and not is_closed:
        return []
    if way is Way.LOT and seed is None:
        raise ValueError("a lot needs its seed")
    free = seats - sum(one.has for one in asking)
    of_ties = sum(one.has and one.first for one in asking)
    given: list[str] = []
    for one in sorted((one for one in asking if not one.has), key=lambda one: turn(one, way, seed)):
        held_back = 0 if is_closed or one.first else max(0, kept - of_ties)
        if free - held_back <= 0:
            continue
        given.append(one.reference)
        free -= 1
        of_ties += one.first
    return given
