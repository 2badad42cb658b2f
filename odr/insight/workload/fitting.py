"""Coefficients from notes of time: the mean of a kind's notes, between bounds by resampling. Pure, and the same for the same seed.

A weight is a sum over events, so what is wanted of each kind is its mean and not its median. The interval is the percentile
bootstrap: the notes are drawn again with replacement, 2,000 times, and of the means the middle 95 in 100 are kept. It says how far
the mean of these notes may be off, not that whoever noted is like everybody else. Of fewer notes than the pack's minimum
nothing is fitted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

RESAMPLES = 2000
MIDDLE = 95


@dataclass(frozen=True)
class Fitted:
    """What the notes of a kind come to, in minutes; the interval is rounded outward to whole ones. None below the minimum."""

    notes: int
    mean: float | None
    low: int | None
    high: int | None


def fit(notes: Mapping[str, Sequence[int]], minimum: int, seed: str = "fit") -> dict[str, Fitted]:
    """Each kind by itself, so that another kind's notes change nothing."""
    return {kind: _one(kind, tuple(sorted(minutes)), minimum, seed) for kind, minutes in sorted(notes.items())}


@lru_cache(maxsize=128)
def _one(kind: str, ordered: tuple[int, ...], minimum: int, seed: str) -> Fitted:
    """Kept, since a page asks for it each time, and nothing but another note changes it."""
    count = len(ordered)
    if count < max(minimum, 2):
        return Fitted(count, None, None, None)
    chance = Random(f"{seed}/{kind}")
    means = sorted(sum(chance.choices(ordered, k=count)) / count for _ in range(RESAMPLES))
    tail = RESAMPLES * (100 - MIDDLE) // 200
    return Fitted(count, sum(ordered) / count, math.floor(means[tail]), math.ceil(means[-tail - 1]))
