"""How well decisions like a case are found, measured on what judges cited: of each decision that cites others, are those found?

The question is the decision without the numbers it cites and without its own; what it cites, and is in the register, is what should be
found. What judges cite is little and for many reasons, so this tells two ways to search apart rather than how good either is.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from odr.assist.similar.finding import Finder, Match, Profile
from odr.register.search.facts import FactReader, Facts
from odr.register.search.searching import Search

DEPTH = 10
ROUNDS = 2_000
"""Samples of the same questions, for the interval."""


@dataclass(frozen=True)
class Question:
    """A decision that cites others: what it is about, and where those are read."""

    address: str
    profile: Profile
    cited: frozenset[str]


def questions(search: Search, reader: FactReader, decisions: Iterator[Facts]) -> Iterator[Question]:
    """Every decision that cites one of the register."""
    for facts in decisions:
        cited = {search.address_of(number) for number in facts.cites} - {None, facts.address}
        if cited:
            words = "\n".join(facts.words)
            if reader.numbers is not None:
                words = reader.numbers.sub(" ", words)
            profile = Profile(facts.cause, facts.articles, words, facts.number)
            yield Question(facts.address, profile, frozenset(str(one) for one in cited))


@dataclass(frozen=True)
class Score:
    """Of one question: the first of what was found that is cited, and all of it by place."""

    hit_at_one: float
    reciprocal: float
    ndcg: float
    recall: float


def score(found: Sequence[str], cited: frozenset[str]) -> Score:
    """Of the first :data:`DEPTH` that were found."""
    gains = [address in cited for address in found[:DEPTH]]
    best = sum(1 / math.log2(place + 2) for place in range(min(len(cited), DEPTH)))
    first = next((place for place, gain in enumerate(gains) if gain), None)
    return Score(
        float(bool(gains and gains[0])),
        0.0 if first is None else 1 / (first + 1),
        sum(1 / math.log2(place + 2) for place, gain in enumerate(gains) if gain) / best,
        sum(gains) / len(cited),
    )


def asked(finder: Finder, way: Callable[[Profile, int], list[Match]], question: Question) -> Score:
    """One question by one way; the decision itself is no find."""
    found = [one.address for one in way(question.profile, DEPTH + 1) if one.address != question.address]
    return score(found, question.cited)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Between what a mean lies in nineteen of twenty samples of the same questions; always the same draws."""
    draw = random.Random(20261129)
    means = sorted(fmean(draw.choices(values, k=len(values))) for _ in range(ROUNDS))
    return means[int(0.025 * ROUNDS)], means[int(0.975 * ROUNDS) - 1]
