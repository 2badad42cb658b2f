"""What may have been meant by a word that no published decision holds: another that one does, and nothing else.

Nothing is suggested that the searcher would not find: each suggestion is a word of the index, counted by the same search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from odr.register.search.language import Words
from odr.register.search.queries import Asked
from odr.register.search.shelves import PAIRS, WORDS
from odr.register.search.tokens import Phrase, pairs_of, phrase

if TYPE_CHECKING:
    from odr.register.search.searching import Search

MOST_UNKNOWN = 3
"""Words of a question for which others are looked for: each costs as much as many searches, and nobody need sign in to ask."""
MOST_TERMS = 5_000
"""Words of the index that are compared with one that was typed: those that most decisions have."""
MOST_LOOKED = 16_000
"""Pairs of characters that are looked up for a word."""
MOST_TRIED = 12
"""Suggestions that are counted for a word."""
LONGEST = 24
"""Characters of what is corrected; nobody means a whole sentence by another."""


def other_words(search: Search, typed: Words) -> Words | None:
    """The published words that are most like those typed; None where none are."""
    needle = phrase(typed.text)
    if not needle or len(typed.text) > LONGEST or needle[-1][0] != len(needle) - 1:
        return None
    best: tuple[int, str] | None = None
    for text in list(_candidates(search, needle))[:MOST_TRIED]:
        count = search.count(Asked(question=Words(text)))
        if count and (best is None or count > best[0]):
            best = (count, text)
    return Words(best[1], typed.quoted and len(phrase(best[1])) > 1) if best is not None else None


def _candidates(search: Search, needle: Phrase) -> Iterator[str]:
    words = [word for _, word in needle]
    if len(words) > 1 and pairs_of(needle) is not None:
        yield from _other_characters(search, words)
    elif not any(len(word) == 1 for word in words):
        yield from _other_latin(search, words)


def _terms(search: Search, field: str, prefix: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in search.open.searchers:
        found.update(dict(each.terms_with_prefix(field, prefix, limit=MOST_TERMS)))
    return Counter(dict(found.most_common(MOST_TERMS)))


def _other_characters(search: Search, signs: list[str]) -> list[str]:
    """The same characters with one of them another, or two that follow each other turned round."""
    made: Counter[str] = Counter()
    for place in range(1, len(signs)):
        turned = [*signs[: place - 1], signs[place], signs[place - 1], *signs[place + 1 :]]
        made["".join(turned)] = 2**40
        for pair, count in _terms(search, PAIRS, signs[place - 1]).items():
            made["".join([*signs[:place], pair[1:], *signs[place + 1 :]])] = count
    likely: list[tuple[int, str]] = []
    for text, count in made.most_common(MOST_LOOKED // len(signs)):
        row = pairs_of(phrase(text))
        if text == "".join(signs) or row is None:
            continue
        known = [sum(each.doc_freq(PAIRS, pair) for each in search.open.searchers) for _, pair in row]
        if all(known):
            likely.append((min(count, *known), text))
    return [text for _, text in sorted(likely, key=lambda one: (-one[0], one[1]))]


def _other_latin(search: Search, words: list[str]) -> list[str]:
    """The same words with those that no decision holds replaced by the nearest."""
    made = []
    for word in words:
        if sum(each.doc_freq(WORDS, word) for each in search.open.searchers):
            made.append([word])
            continue
        most = 1 if len(word) < 8 else 2
        near = [
            (distance, -count, term)
            for term, count in _terms(search, WORDS, word[:1]).items()
            if 0 < (distance := _distance(word, term, most)) <= most
        ]
        made.append([term for _, _, term in sorted(near)[:MOST_TRIED]])
    if len(words) == 1:
        return made[0]
    return [" ".join(each[0] for each in made)] if all(made) else []


def _distance(one: str, other: str, most: int) -> int:
    """Letters to put in, leave out, change or turn round between two words; more than ``most`` is not told exactly."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, sign in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for at, letter in enumerate(other, 1):
            cost = min(before[at] + 1, row[at - 1] + 1, before[at - 1] + (sign != letter))
            if place > 1 and at > 1 and sign == other[at - 2] and one[place - 2] == letter:
                cost = min(cost, earlier[at - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
