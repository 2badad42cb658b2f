"""A search: how many decisions match, a page of them, how they divide, and what may have been meant.

Counts, pages and divisions all come from one query, so that a number is the length of the list it opens.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import cast

from tantivy import DocAddress, Occur, Query, Searcher

from odr.ground.keyset import place, values_at
from odr.register.search.facts import Facts
from odr.register.search.language import Node, Words, replaced, wanted
from odr.register.search.meant import MOST_UNKNOWN, other_words
from odr.register.search.queries import FACETS, Asked, Compiler, below
from odr.register.search.shelves import KEPT, ONE_VALUE, PANEL, SCHEMA, TOGETHER, OpenShelves

PAGE = 20
DEEPEST = 1_000
"""How far a list ordered by how well texts match goes; who wants all of it orders by the newest."""
MOST_VALUES = 2_000
"""Values of a facet that are asked for at first: most have far fewer."""
ALL_VALUES = 60_000
"""Values of one facet that are counted: the engine refuses an answer of more than 65,000, of all its facets together."""
MOST_OF_A_CASE = 20
"""Decisions of one case among which that which ended it is looked for."""
COMBINED = {TOGETHER: ONE_VALUE, PANEL: ("judge",)}
"""Fields of the index in which the values of others stand as one."""
_APART = "apart"
CITED = ("article", "cites")
"""What decisions cite."""

Facets = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Found:
    """What a search found: the decisions of a page, how many in all, where the next page begins, and how they divide."""

    facts: Sequence[Facts]
    """Of a page, as the index has them; whoever shows them looks whether the text is still that one."""
    total: int
    next: str | None
    begun: bool
    facets: Facets

    @property
    def addresses(self) -> list[str]:
        """Of the decisions of the page."""
        return [each.address for each in self.facts]


@dataclass(frozen=True)
class _Hit:
    score: float
    key: int
    searcher: Searcher
    at: DocAddress

    @property
    def address(self) -> str:
        return str(self.searcher.doc(self.at)["address"][0])

    @property
    def facts(self) -> Facts:
        return Facts.from_kept(bytes(self.searcher.doc(self.at)[KEPT][0]))


class Search:
    """Searches the index as it is open, without the decisions that are left out."""

    def __init__(self, compiler: Compiler, left_out: Sequence[str] = ()) -> None:
        self.compiler = compiler
        self.open: OpenShelves = compiler.found
        self.left_out = left_out

    def find(self, asked: Asked, *, size: int = PAGE, facets: bool = True) -> Found:
        """A page of what is asked. Raises InvalidInput."""
        query = self.compiler.query(asked, self.left_out)
        total, divided = self._in_all(query, asked, facets)
        hits, begun = self._best(query, asked, size) if asked.best else self._newest(query, asked, size)
        more = None
        if len(hits) > size:
            last = hits[size - 1]
            more = place((_bits(last.score), last.key) if asked.best else (last.key,))
        return Found([hit.facts for hit in hits[:size]], total, more, begun, divided)

    def _in_all(self, query: Query, asked: Asked, facets: bool) -> tuple[int, Facets]:
        """How many there are and how they divide: the same for every page and order, and remembered while the index is
        as it is.
        """
        key = (asked.question, asked.filters, tuple(self.left_out), facets)
        known = self.open.told.get(key)
        if known is None:
            self.open.make_room()
            divided = self._facets(query) if facets else {}
            # Every decision is of one year: how they divide by it says how many there are, without asking a second time.
            total = sum(count for _, count in divided["year"]) if facets else self.count_of(query)
            known = self.open.told[key] = (total, divided)
        return cast(tuple[int, Facets], known)

    def among(self, asked: Asked, addresses: Sequence[str]) -> list[Facts]:
        """Which of some decisions match, the newest first."""
        query = Query.boolean_query(
            [
                (Occur.Must, self.compiler.query(asked, self.left_out)),
                (Occur.Must, Query.term_set_query(SCHEMA, "address", list(addresses))),
            ]
        )
        hits, _ = self._newest(query, asked, max(1, len(addresses)))
        return [hit.facts for hit in hits]

    def count(self, asked: Asked) -> int:
        """How many decisions match."""
        return self.count_of(self.compiler.query(asked, self.left_out))

    def count_of(self, query: Query) -> int:
        """How many decisions match a query."""
        # The library has it and does not say so in its types.
        return sum(int(each.search(query, 1).count) for each in self.open.searchers)  # type: ignore[attr-defined, misc]

    def _newest(self, query: Query, asked: Asked, size: int) -> tuple[list[_Hit], bool]:
        begins = cast(tuple[int, ...] | None, values_at(asked.after, [int]))
        if begins is not None:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, below(max(0, begins[0])))])
        hits = [
            _Hit(0.0, key, each, at)
            for each in self.open.searchers
            for key, at in each.search(query, size + 1, count=False, order_by_field="order").hits
        ]
        return sorted(hits, key=lambda hit: -hit.key)[: size + 1], begins is not None

    def _best(self, query: Query, asked: Asked, size: int) -> tuple[list[_Hit], bool]:
        begins = cast(tuple[int, ...] | None, values_at(asked.after, [int, int]))
        most = DEEPEST if begins is not None else size + 1
        found = {each: _scored(each, query, most) for each in self.open.searchers}
        hits = _together(found.values(), most)
        while most < DEEPEST and len(hits) == most and hits[-1].score == hits[size - 1].score:
            # Alike at the page's end: which comes first is told by the day, and all that are alike are needed for that. A
            # shelf whose last is less alike has shown all that count.
            full = [each for each, mine in found.items() if len(mine) == most and mine[-1].score >= hits[-1].score]
            most = min(DEEPEST, most * 4)
            found |= {each: _scored(each, query, most) for each in full}
            hits = _together(found.values(), most)
        if begins is not None:
            score, key = begins
            hits = [hit for hit in hits if (_bits(hit.score), hit.key) < (score, key)]
        return hits[: size + 1], begins is not None

    def cited(self, cause: str | None = None) -> Facets:
        """How many decisions, of one kind of case where named, cite each article ("article") and each decision ("cites"):
        what most cite first. Remembered while the index is as it is.
        """
        asked = Asked(filters=(("cause", cause),) if cause is not None else ())
        key = (CITED, asked.filters, tuple(self.left_out))
        known = self.open.told.get(key)
        if known is None:
            self.open.make_room()
            known = self.open.told[key] = self._facets(self.compiler.query(asked, self.left_out), CITED)
        return cast(Facets, known)

    def address_of(self, number: str) -> str | None:
        """Where the newest published decision with a number is read: what ended the case before what was ruled on the way; None where
        none is.
        """
        query = self.compiler.numbered(number, self.left_out)
        hits, _ = self._newest(query, Asked(), MOST_OF_A_CASE)
        ended = (hit.address for hit in hits if hit.facts.outcome is not None)
        return next(ended, hits[0].address if hits else None)

    def _facets(self, query: Query, names: Sequence[str] = FACETS) -> dict[str, list[tuple[str, int]]]:
        asked = [field for field, of in COMBINED.items() if set(of) <= set(names)]
        asked += [name for name in names if not any(name in COMBINED[field] for field in asked)]
        counted: dict[str, Counter[str]] = {field: Counter() for field in (*asked, *names)}
        for each in self.open.searchers:
            for field, counts in self._counted(each, query, asked).items():
                counted[field].update(counts)
        for field in COMBINED:
            for values, count in counted.pop(field, Counter()).items():
                for name, value in _taken_apart(field, values):
                    counted[name][value] += count
        return {name: _sorted(name, counts) for name, counts in counted.items()}

    def _counted(self, searcher: Searcher, query: Query, fields: Sequence[str]) -> dict[str, dict[str, int]]:
        """How many decisions of a shelf have each value. What is combined in more ways than are counted is counted value by
        value, as everything of this index then is; and of what has more values than are usual, all are asked for.
        """
        apart = [field for field in fields if (_APART, field) in self.open.told]
        fields = [field for field in fields if field not in apart]
        told = _asked(searcher, query, fields, MOST_VALUES) if fields else {}
        found = {field: counts for field, (counts, cut) in told.items() if not cut}
        more = [field for field, (_, cut) in told.items() if cut and field not in COMBINED]
        for field in told.keys() - found.keys() - set(more):
            self.open.told[_APART, field] = True
            apart.append(field)
        if apart:
            found |= self._counted(searcher, query, [name for field in apart for name in COMBINED[field]])
        for field in more:
            # One at a time: the engine refuses a question whose answer has more values than it counts.
            found[field] = _asked(searcher, query, [field], ALL_VALUES)[field][0]
        return found

    def meant(self, asked: Asked) -> tuple[Asked, Sequence[Words]] | None:
        """What may have been meant where nothing was found: the question with published words in the place of those that
        no decision holds, and which those are. None where nothing better is known.
        """
        if asked.question is None:
            return None
        unknown = [each for each in dict.fromkeys(wanted(asked.question)) if not self.count(Asked(question=each))]
        if len(unknown) > MOST_UNKNOWN:
            return None
        instead: dict[Words, Words] = {}
        for each in unknown:
            better = other_words(self, each)
            if better is None:
                return None
            instead[each] = better
        if not instead:
            return None
        question: Node = replaced(asked.question, instead)
        corrected = replace(asked, question=question, after=None)
        return (corrected, unknown) if self.count(corrected) else None


def _scored(searcher: Searcher, query: Query, most: int) -> list[_Hit]:
    """The best of one shelf."""
    found = searcher.search(query, most, count=False).hits
    keys = searcher.fast_field_values("order", [at for _, at in found]) if found else []
    return [_Hit(score, int(key or 0), searcher, at) for (score, at), key in zip(found, keys, strict=True)]


def _together(found: Iterable[Sequence[_Hit]], most: int) -> list[_Hit]:
    """The best of all shelves: of those that match alike, the newest."""
    return sorted(chain.from_iterable(found), key=lambda hit: (-hit.score, -hit.key))[:most]


def _asked(
    searcher: Searcher, query: Query, fields: Sequence[str], most: int
) -> dict[str, tuple[dict[str, int], bool]]:
    """The decisions that have each value of some fields, and whether there are values beside."""
    told = searcher.aggregate(
        query, {field: {"terms": {"field": field, "size": most, "segment_size": most}} for field in fields}
    )
    return {
        field: (
            {one["key"]: one["doc_count"] for one in told[field]["buckets"]},
            told[field]["sum_other_doc_count"] > 0,
        )
        for field in fields
    }


def _taken_apart(field: str, values: str) -> Iterator[tuple[str, str]]:
    """The values that stand together in a word, each with the field it is of."""
    apart = json.loads(values)
    names = COMBINED[field] if field == TOGETHER else repeat("judge")
    return ((name, value) for name, value in zip(names, apart, strict=False) if value)


def _sorted(name: str, counts: Counter[str]) -> list[tuple[str, int]]:
    """The newest year first; of others what most decisions have."""
    if name == "year":
        return sorted(counts.items(), reverse=True)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _bits(score: float) -> int:
    """A score as a number that sorts alike: the bits of a positive float."""
    return int(struct.unpack("<I", struct.pack("<f", max(0.0, score)))[0])
