"""Which passages fit a question: BM25 over fields of different weight (BM25F; Robertson and Zaragoza 2009, 3.6).

For a word t of the question, n of N passages hold it: ``idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))``. In a passage it counts
``tf(t) = Σ_f w_f · tf_f(t) / (1 - b + b · len_f / mean_f)`` over title, ways of asking and text, and adds
``weight(t) · idf(t) · tf(t) / (k + tf(t))``. How sure a find is, is that sum beside what a passage would have that holds
every word of the question: a word nobody wrote here counts there as the rarest. So a question about something else is unsure
even where single words of it stand somewhere. Nothing is drawn by lot: equal sums stand in the order of the passages.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from odr.assist.guide.passages import Passage, Source
from odr.assist.guide.tokens import asked_terms, own_terms, terms

FIELDS = {"title": 2.0, "asked": 1.6, "text": 1.0}
K, B = 0.8, 0.4
OF_SOURCE = {Source.HELP: 1.0, Source.CAUSE: 0.85, Source.PERIOD: 0.7, Source.LAW: 0.7, Source.ELSEWHERE: 1.0}
"""A help page is written to be read by anybody; the rest stands below it where both fit."""


@dataclass(frozen=True)
class Find:
    """A passage with how well it fits: its sum, and how sure that makes it, from 0 to 1."""

    passage: Passage
    score: float
    sure: float


class Ranking:
    """Passages in one language, ready to be asked."""

    def __init__(self, passages: Sequence[Passage], locale: str, fields: Mapping[str, float] = FIELDS) -> None:
        self.passages = tuple(passages)
        self._known: dict[str, dict[int, float]] = defaultdict(dict)
        parts = [self._parts(one, locale) for one in self.passages]
        count = max(1, len(parts))
        mean = {name: sum(sum(part[name].values()) for part in parts) / count or 1.0 for name in fields}
        for place, part in enumerate(parts):
            for name, weight in fields.items():
                length = 1 - B + B * sum(part[name].values()) / mean[name]
                for term, times in part[name].items():
                    known = self._known[term]
                    known[place] = known.get(place, 0.0) + weight * times / length

    @staticmethod
    def _parts(one: Passage, locale: str) -> dict[str, Counter[str]]:
        return {
            "title": terms(one.title.render(locale)),
            "asked": terms("。".join(one.asked.get(locale, ()))),
            "text": terms(one.text.render(locale)),
        }

    def rarity(self, term: str) -> float:
        """How much a word tells: the rarer here, the more."""
        count, holding = len(self.passages), len(self._known.get(term, ()))
        return math.log(1 + (count - holding + 0.5) / (holding + 0.5))

    def find(self, question: str, most: int = 3) -> list[Find]:
        """The passages that fit best, the best first; none where no word of the question stands in any."""
        wanted = asked_terms(question)
        whole = sum(weight * self.rarity(term) for term, weight in own_terms(question).items())
        sums: dict[int, float] = defaultdict(float)
        for term, weight in wanted.items():
            rarity = self.rarity(term)
            for place, times in self._known.get(term, {}).items():
                sums[place] += weight * rarity * times / (K + times)
        ranked = sorted(
            ((total * OF_SOURCE[self.passages[place].source], place) for place, total in sums.items()),
            key=lambda one: (-one[0], one[1]),
        )
        return [
            Find(self.passages[place], total, min(1.0, total / whole) if whole else 0.0)
            for total, place in ranked[:most]
        ]
