"""Questions and filters as the index takes them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from tantivy import FieldType, Occur, Query

from odr.ground.errors import InvalidInput
from odr.ground.text import T, side_by_side
from odr.register.search.facts import FactReader, Outcome, compact, outcomes_by_name
from odr.register.search.language import Field, Node, Not, Or, Words
from odr.register.search.shelves import PAIRS, SCHEMA, WORDS, OpenShelves
from odr.register.search.tokens import Phrase, fold, pairs_of, phrase

FILTERS = ("cause", "court", "year", "outcome", "judge", "article", "cites", "from", "to", "min", "max")
"""What an address can narrow a list by, beside the question; the first six are facets."""
FACETS = FILTERS[:6]
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MOST_MONEY = 10**13


@dataclass(frozen=True)
class Asked:
    """A question with what narrows it down; ``best`` orders by how well a text matches, otherwise the newest come first."""

    question: Node | None = None
    filters: tuple[tuple[str, str], ...] = ()
    best: bool = False
    after: str | None = None


class Compiler:
    """Makes queries of the index from questions, with the causes and laws of some rules."""

    def __init__(self, reader: FactReader, found: OpenShelves) -> None:
        self.reader = reader
        self.found = found

    def query(self, asked: Asked, left_out: Sequence[str] = ()) -> Query:
        """Everything that is asked, without the decisions at some addresses."""
        must = [self.node(asked.question)] if asked.question is not None else []
        for name, value in asked.filters:
            must.append(Query.const_score_query(self.filter(name, value), 0.0))
        if not must:
            must.append(Query.all_query())
        return _without(must, left_out)

    def kept_article(self, key: str, left_out: Sequence[str] = ()) -> Query:
        """What cites an article, by its very key: what a text holds is not read again as if somebody had typed it."""
        return _without([Query.term_query(SCHEMA, "article", key)], left_out)

    def numbered(self, number: str, left_out: Sequence[str] = ()) -> Query:
        """Decisions with a case number, however it is written."""
        return _without([Query.term_query(SCHEMA, "number", compact(number))], left_out)

    def node(self, node: Node) -> Query:
        """A question. Raises InvalidInput for a value that its field cannot have."""
        if isinstance(node, Words):
            return body(phrase(node.text))
        if isinstance(node, Field):
            return Query.const_score_query(_FIELDS[node.name](self, node.value), 0.0)
        if isinstance(node, Not):
            return Query.boolean_query([(Occur.Must, _everything()), (Occur.MustNot, self.node(node.of))])
        if isinstance(node, Or):
            return Query.boolean_query([(Occur.Should, self.node(each)) for each in node.of])
        parts = [
            (Occur.MustNot, self.node(each.of)) if isinstance(each, Not) else (Occur.Must, self.node(each))
            for each in node.of
        ]
        if all(isinstance(each, Not) for each in node.of):
            parts.append((Occur.Must, _everything()))
        return Query.boolean_query(parts)

    def filter(self, name: str, value: str) -> Query:
        """What an address narrows a list by: the very value of a facet, or what somebody typed in a field of the form."""
        if name == "court":
            return self.court(value)
        if name in ("cause", "year", "outcome"):
            return Query.term_query(SCHEMA, name, value)
        if name == "cites":
            return Query.term_query(SCHEMA, "cites", compact(value))
        if name == "judge":
            return self.judge(value)
        if name == "article":
            return self.article(value)
        if name in ("from", "to"):
            first, last = days(value, name)
            return _range("day", first.toordinal(), None) if name == "from" else _range("day", None, last.toordinal())
        sum_of = money(value, name)
        return _range("awarded", sum_of, None) if name == "min" else _range("awarded", None, sum_of)

    def judge(self, value: str) -> Query:
        """A judge by a whole name, or else by a part of it."""
        return self._exact_or_words("judge", value)

    def court(self, value: str) -> Query:
        """A court by its whole name, or else by words of it."""
        return self._exact_or_words("court", value)

    def _exact_or_words(self, name: str, value: str) -> Query:
        if any(each.doc_freq(name, value) for each in self.found.searchers):
            return Query.term_query(SCHEMA, name, value)
        return _row(f"{name}_words", phrase(value))

    def article(self, value: str) -> Query:
        """An article, in short or in full. Raises InvalidInput."""
        found = self.reader.article(value)
        if not found:
            raise InvalidInput.at(
                "article",
                T("Write a law and the article, for example %(article)s.", article=self._example()),
            )
        return Query.boolean_query([(Occur.Must, Query.term_query(SCHEMA, "article", each)) for each in found])

    def _example(self) -> str:
        return next((f"{tag} 12" for tag in self.reader.pack.sources if tag != "COURT"), "CPL 12")

    def cause(self, value: str) -> Query:
        """A cause by its key, or by words of its title in either language."""
        wanted = fold(value)
        keys = sorted({key for title, key in self.reader.causes if wanted == key or wanted in title})
        return Query.term_set_query(SCHEMA, "cause", keys) if keys else Query.empty_query()

    def number(self, value: str) -> Query:
        """A case number, or a part of it, however its brackets were typed."""
        whole = Query.term_query(SCHEMA, "number", compact(value))
        return Query.boolean_query([(Occur.Should, whole), (Occur.Should, _row("number_words", phrase(value)))])

    def outcome(self, value: str) -> Query:
        """How it ended, in either language. Raises InvalidInput."""
        known = outcomes_by_name().get(fold(value))
        if known is None:
            words = side_by_side([each.label for each in Outcome], ";")
            raise InvalidInput.at("q", T("A decision can end like this: %(outcomes)s.", outcomes=words))
        return Query.term_query(SCHEMA, "outcome", known.value)

    def date(self, value: str) -> Query:
        """A day, month or year, or from one to another. Raises InvalidInput."""
        begin, dots, end = value.partition("..")
        first = days(begin, "q")[0] if begin else None
        last = days(end if dots else begin, "q")[1] if end or not dots else None
        return _range("day", first.toordinal() if first else None, last.toordinal() if last else None)

    def amount(self, value: str) -> Query:
        """A sum awarded, or from one to another, in whole units of the currency. Raises InvalidInput."""
        begin, dots, end = value.partition("..")
        first = money(begin, "q") if begin or not dots else None
        return _range("awarded", first, (money(end, "q") if end else None) if dots else first)


_FIELDS: dict[str, Callable[[Compiler, str], Query]] = {
    "court": Compiler.court,
    "cause": Compiler.cause,
    "date": Compiler.date,
    "judge": Compiler.judge,
    "number": Compiler.number,
    "article": Compiler.article,
    "outcome": Compiler.outcome,
    "amount": Compiler.amount,
}


def days(value: str, field: str) -> tuple[date, date]:
    """First and last day of what was written: 2026-06-01, 2026-06 or 2026. Raises InvalidInput."""
    match = _DAY.fullmatch(value.strip())
    try:
        if match is None:
            raise ValueError(value)
        year, month, day = (int(part) if part else None for part in match.groups())
        assert year is not None
        first = date(year, month or 1, day or 1)
        last = day or calendar.monthrange(year, month or 12)[1]
        return first, date(year, month or 12, last)
    except ValueError:
        raise InvalidInput.at(
            field, T("Write a day as 2026-06-01, a month as 2026-06 or a year as 2026; from one to another with ..")
        ) from None


def money(value: str, field: str) -> int:
    """A sum in the smallest unit. Raises InvalidInput."""
    try:
        written = Decimal(value.strip().replace(",", "").replace("，", "")) if len(value) < 20 else Decimal(-1)
        # Compared before it is reckoned with: 1e999999 has few signs and a million figures.
        minor = int(written * 100) if written.is_finite() and 0 <= written < _MOST_MONEY else -1
    except InvalidOperation:
        minor = -1
    if not 0 <= minor < _MOST_MONEY:
        raise InvalidInput.at(field, T("Write a sum in figures, for example 8000 or 8,000.00."))
    return minor


def _without(must: Sequence[Query], left_out: Sequence[str]) -> Query:
    parts = [(Occur.Must, each) for each in must]
    if left_out:
        parts.append((Occur.MustNot, Query.term_set_query(SCHEMA, "address", list(left_out))))
    return Query.boolean_query(parts)


def _everything() -> Query:
    return Query.const_score_query(Query.all_query(), 0.0)


def _range(name: str, low: int | None, high: int | None) -> Query:
    # Both bounds are told: without one the index takes every decision, also those that have no such value.
    return Query.range_query(SCHEMA, name, FieldType.Unsigned, low or 0, 2**63 if high is None else high, True, True)


def below(key: int) -> Query:
    """What comes after a decision in a list of the newest."""
    return Query.range_query(SCHEMA, "order", FieldType.Unsigned, 0, key, True, False)


def _row(name: str, needle: Phrase) -> Query:
    if not needle:
        return Query.empty_query()
    if len(needle) == 1:
        return Query.term_query(SCHEMA, name, needle[0][1])
    return Query.phrase_query(SCHEMA, name, list(needle))


def body(needle: Phrase) -> Query:
    """Words that follow each other in a text."""
    pairs = pairs_of(needle)
    return _row(PAIRS, pairs) if pairs is not None else _row(WORDS, needle)
