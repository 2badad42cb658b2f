"""Versions of a draft beside each other, with the words that differ. No flask, no database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
"""A word of Latin letters, a space, or one sign: in Chinese every character counts by itself."""
MOST_WORDS = 3000
"""Of a paragraph longer than this the words are not compared, only that it changed: a draft must not keep the court busy."""


@dataclass(frozen=True)
class Piece:
    """Some words, and whether they stand in both versions, in the older one alone or in the newer one alone."""

    words: str
    is_taken: bool = False
    is_new: bool = False


@dataclass(frozen=True)
class Compared:
    """One paragraph of both versions; None where a version has none there."""

    before: Sequence[Piece] | None
    after: Sequence[Piece] | None

    @property
    def is_alike(self) -> bool:
        """Whether nothing in it changed."""
        return self.before is not None and self.before == self.after


def words_of_text(text: str) -> list[str]:
    """The words of a text; put together again they are the text."""
    return WORD.findall(text)


def compare_words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """A paragraph of the older and of the newer version, in pieces."""
    old, new = words_of_text(before), words_of_text(after)
    if len(old) + len(new) > MOST_WORDS:
        alike = before == after
        return [Piece(before, is_taken=not alike)], [Piece(after, is_new=not alike)]
    left, right = list[Piece](), list[Piece]()
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = tag == "equal"
        if b > a:
            left.append(Piece("".join(old[a:b]), is_taken=not same))
        if d > c:
            right.append(Piece("".join(new[c:d]), is_new=not same))
    return left, right


def compare(before: Sequence[str], after: Sequence[str]) -> list[Compared]:
    """Paragraphs of two versions in order: those that are alike face each other, and of the rest each its likeliest."""
    found: list[Compared] = []
    for tag, a, b, c, d in SequenceMatcher(None, list(before), list(after), autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Compared([Piece(one)], [Piece(one)]) for one in before[a:b]]
            continue
        both = min(b - a, d - c)
        for old, new in zip(before[a : a + both], after[c : c + both], strict=True):
            found.append(Compared(*compare_words(old, new)))
        found += [Compared([Piece(one, is_taken=True)], None) for one in before[a + both : b]]
        found += [Compared(None, [Piece(one, is_new=True)]) for one in after[c + both : d]]
    return found
