"""Finding published decisions like a case: by the words it shares, the articles and the kind of case, each said with the find.

The words are weighed by BM25 in the register's own index (pairs of Han characters, words of letters and digits): of a long text the
``MOST_WORDS`` that say most are asked, those that are often in it and in few decisions. A decision that shares articles, weighed by how
rare they are, or is of the same kind of case, stands higher::

    score = BM25 / best BM25 + ARTICLES · shared articles / all of the case's + CAUSE · same kind

What is found is compared once more with the case's words, so that each find can say what it shares; where that is too little it is no
find (:data:`LEAST`). Whether a decision is like a case is for whoever reads both (SIM 6); nothing here decides it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import zip_longest
from typing import cast

from tantivy import DocAddress, Occur, Query

from odr.register.search.facts import Facts
from odr.register.search.queries import Asked
from odr.register.search.searching import Search
from odr.register.search.shelves import KEPT, PAIRS, SCHEMA, WORDS
from odr.register.search.tokens import GAP, is_han, lines, units

MOST_WORDS = 40
"""Words of a case that are asked for."""
POOL = 200
"""Decisions that are looked at closer, of each way to find them."""
ARTICLES, CAUSE = 0.1, 0.05
"""What shared articles and the same kind of case count beside the words of the best find."""
LEAST = 0.12
"""Of the weight of a case's words this much is shared by a decision that is shown."""
COMMON, FEW = 0.5, 20
"""A word in more than this share of all decisions says nothing of a case; where there are few decisions every word may say something."""
SHORTEST = 3
"""Letters of a word that is asked for."""
FEWEST = 6
"""Words, or pairs of characters, that a decision shares with a case at least."""
NAMED = 3
"""Characters of a phrase that a find names: a pair alone may be the end of one word and the beginning of another."""
PHRASES = 6
"""Shared words that a find names."""
MOST_SIGNS = 20_000
"""Characters of a case that are looked at; who writes more is told that the rest was not."""


@dataclass(frozen=True)
class Profile:
    """What a case is about: its kind, the articles named in it, its words, and what is no find (its own number)."""

    cause: str | None
    articles: tuple[str, ...]
    words: str
    own: str | None = None

    @property
    def looked_at(self) -> str:
        """The words that are looked for: of a long text its beginning."""
        return self.words[:MOST_SIGNS]

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is looked at."""
        return len(self.words) > MOST_SIGNS


@dataclass(frozen=True)
class Match:
    """A decision that may be like the case, before its text was read."""

    facts: Facts
    score: float

    @property
    def address(self) -> str:
        """Where it is read."""
        return self.facts.address


Weights = Mapping[tuple[str, str], float]
"""Field and word → how much it says of a case."""


def weights_of(search: Search, words: str) -> dict[tuple[str, str], float]:
    """The words of a text that say most of it, with their weight: often in it, and in few decisions."""
    counted = Counter(_terms(words))
    total = sum(each.num_docs for each in search.open.searchers)
    found: dict[tuple[str, str], float] = {}
    for (field, word), times in counted.items():
        holding = sum(each.doc_freq(field, word) for each in search.open.searchers)
        if 0 < holding <= max(FEW, COMMON * total):
            found[field, word] = _rarity(total, holding) * (1 + math.log(times))
    best = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:MOST_WORDS]
    return dict(best)


def _rarity(total: int, holding: int) -> float:
    return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def _terms(words: str) -> Iterator[tuple[str, str]]:
    ones, pairs = lines([words])
    yield from ((PAIRS, pair) for pair in pairs.split() if pair != GAP)
    yield from (
        (WORDS, one)
        for one in ones.split()
        if one != GAP and len(one) >= SHORTEST and one[0].isalpha() and not is_han(one[0])
    )


class Finder:
    """Looks for decisions like a case in the index as it is open."""

    def __init__(self, search: Search) -> None:
        self.search = search

    def plain(self, profile: Profile, most: int = POOL) -> list[Match]:
        """By the words alone (BM25): what the other ways are measured against."""
        scores = self._scores(self._by_words(weights_of(self.search, profile.looked_at)))
        return self._named(scores, most)

    def matches(self, profile: Profile, most: int = POOL) -> list[Match]:
        """The decisions most like the case, the best first."""
        by_words = self._scores(self._by_words(weights_of(self.search, profile.looked_at)))
        highest = max(by_words.values(), default=1.0)
        scores = {at: score / highest for at, score in by_words.items()}
        rarity = self.rarity_of(profile.articles)
        whole = sum(rarity.values())
        if whole:
            shared = Query.boolean_query(
                [(Occur.Should, Query.boost_query(_exactly("article", key), weight)) for key, weight in rarity.items()]
            )
            for at, score in self._scores(shared).items():
                scores[at] = scores.get(at, 0.0) + ARTICLES * score / whole
        if profile.cause is not None and scores:
            # Alone it finds nothing: that a case is of the same kind says little of what happened in it.
            same = self._scores(_exactly("cause", profile.cause), within=scores)
            for at in same:
                scores[at] += CAUSE
        return self._named(scores, most)

    def rarity_of(self, articles: Sequence[str]) -> dict[str, float]:
        """How much it says to share each of some articles; those no decision cites are left out."""
        total = sum(each.num_docs for each in self.search.open.searchers)
        found = {key: sum(each.doc_freq("article", key) for each in self.search.open.searchers) for key in articles}
        return {key: _rarity(total, holding) for key, holding in found.items() if holding}

    def _by_words(self, weights: Weights) -> Query:
        # The engine weighs by rarity itself; of a case's own words it only has to know which.
        return Query.boolean_query(
            [(Occur.Should, Query.term_query(SCHEMA, field, word)) for field, word in weights]
            or [(Occur.Must, Query.empty_query())]
        )

    def _scores(
        self, query: Query, within: Mapping[tuple[int, int, int], float] | None = None
    ) -> dict[tuple[int, int, int], float]:
        most = POOL if within is None else 1_000
        open_to = [query, self.search.compiler.query(Asked(), self.search.left_out)]
        asked = Query.boolean_query([(Occur.Must, open_to[0]), (Occur.Must, Query.const_score_query(open_to[1], 0.0))])
        found = {
            (shelf, at.segment_ord, at.doc): score
            for shelf, each in enumerate(self.search.open.searchers)
            for score, at in cast(list[tuple[float, DocAddress]], each.search(asked, most, count=False).hits)
        }
        best = sorted(found.items(), key=lambda one: (-one[1], one[0]))[:most]
        return {at: score for at, score in best if within is None or at in within}

    def _named(self, scores: Mapping[tuple[int, int, int], float], most: int) -> list[Match]:
        best = sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:most]
        return [Match(self._facts(*at), score) for at, score in best if score > 0]

    def _facts(self, shelf: int, segment: int, doc: int) -> Facts:
        found = self.search.open.searchers[shelf].doc(DocAddress(segment, doc))
        return Facts.from_kept(bytes(found[KEPT][0]))


def _exactly(field: str, value: str) -> Query:
    return Query.const_score_query(Query.term_query(SCHEMA, field, value), 1.0)


@dataclass(frozen=True)
class Said:
    """A weighed word where it stands in a case: first and last place, and the sign a pair adds to the one before it."""

    term: tuple[str, str]
    first: int
    last: int
    adds: str


def said_in(weights: Weights, words: str) -> list[Said]:
    """Where the weighed words of a case stand in it, in order: cut once, and compared with each find."""
    found: list[Said] = []
    taken = units(words)
    for one, after in zip_longest(taken, taken[1:]):
        assert one is not None  # The first is the longer one.
        if after is not None and after.at == one.at + 1 and (PAIRS, one.words + after.words) in weights:
            found.append(Said((PAIRS, one.words + after.words), one.at, after.at, after.words))
        if (WORDS, one.words) in weights:
            found.append(Said((WORDS, one.words), one.at, one.at, ""))
    return found


def held_of(weights: Weights, text: Sequence[str]) -> set[tuple[str, str]]:
    """Which weighed words of a case a decision holds."""
    return {term for part in text for term in _terms(part)} & set(weights)


def shared_share(weights: Weights, held: Set[tuple[str, str]]) -> float:
    """How much of the weight of a case's words is ``held``; nothing where those are fewer than :data:`FEWEST`."""
    return sum(weights[term] for term in held) / sum(weights.values()) if len(held) >= FEWEST else 0.0


def shared_words(weights: Weights, said: Sequence[Said], held: Set[tuple[str, str]]) -> list[str]:
    """The words of a case that a decision holds too, as they stand in the case: neighbouring pairs joined, the heaviest first."""
    found: dict[str, float] = {}
    row, weight, last = "", 0.0, -2

    def close() -> None:
        if len(row) >= NAMED:
            found[row] = max(found.get(row, 0.0), weight)

    for one in said:
        if one.term not in held:
            continue
        field, words = one.term
        if field == WORDS:
            close()
            row, weight, last = "", 0.0, -2
            found[words] = weights[one.term]
        else:
            if last == one.first and row:
                row, weight = row + one.adds, weight + weights[one.term]
            else:
                close()
                row, weight = words, weights[one.term]
            last = one.last
    close()
    return [words for words, _ in sorted(found.items(), key=lambda one: (-one[1], one[0]))[:PHRASES]]
