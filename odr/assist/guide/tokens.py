"""Words of a question and of a passage, as the guide compares them.

Han characters count as pairs that follow each other and, more weakly, as single ones: pairs alone miss 费 in 收费 and 费用,
single ones alone find everything. In other scripts a word counts by its stem. Words that carry no question (the, 请问, 怎么办)
are none, and part what stands on their two sides.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from odr.register.search.tokens import Unit, fold, units

SINGLE = 0.3
"""Weight of a single Han character beside a pair."""
SAID = 0.3
"""Weight of a court's word that stands for what somebody said in their own."""
DATA = Path(__file__).parent / "lay_words.toml"
_SUFFIXES = ("ation", "ments", "ment", "ings", "ing", "ied", "ies", "ers", "ed", "er", "es", "ly", "s", "e", "y")
_IS_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class LayWords:
    """What people say, and which words of the court it means; and words that carry nothing."""

    nothing: frozenset[str]
    fillers: tuple[str, ...]
    means: tuple[tuple[tuple[str, ...], str], ...]


@lru_cache(maxsize=1)
def lay_words() -> LayWords:
    """The lists of :data:`DATA`."""
    written = tomllib.loads(DATA.read_text("utf-8"))
    return LayWords(
        frozenset(written["nothing"]),
        tuple(sorted(written["fillers"], key=len, reverse=True)),
        tuple((tuple(fold(said) for said in one["said"]), one["means"]) for one in written["lay"]),
    )


def is_chinese(text: str) -> bool:
    """Whether somebody writes Chinese: any Han character says so, for the others write none."""
    return _IS_HAN.search(text) is not None


def stem(word: str) -> str:
    """A word without its ending, so that refund, refunds and refunded meet. It need not be a word."""
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def terms(text: str) -> Counter[str]:
    """The words of a text with how often each stands there."""
    found: Counter[str] = Counter()
    before: Unit | None = None
    for one in units(_without_fillers(text)):
        if not one.is_han:
            before = None
            if one.words not in lay_words().nothing:
                found[stem(one.words)] += 1
            continue
        carries = one.words not in lay_words().nothing
        if carries:
            found[one.words] += 1
        if before is not None and before.at + 1 == one.at and (carries or before.words not in lay_words().nothing):
            found[before.words + one.words] += 1
        before = one
    return found


def own_terms(question: str) -> dict[str, float]:
    """The words of a question as they stand in it, with their weights."""
    return {term: _weight(term) for term in terms(question)}


def asked_terms(question: str) -> Mapping[str, float]:
    """The words of a question with their weights: its own, and those of the court that it means."""
    found = own_terms(question)
    folded = f" {' '.join(one.words for one in units(question))} "
    dense = fold(question)
    for said, means in lay_words().means:
        if any((each in dense) if is_chinese(each) else f" {each} " in folded for each in said):
            for term in terms(means):
                found.setdefault(term, SAID * _weight(term))
    return found


def _weight(term: str) -> float:
    return SINGLE if len(term) == 1 and is_chinese(term) else 1.0


def _without_fillers(text: str) -> str:
    folded = fold(text)
    if is_chinese(folded):
        for filler in lay_words().fillers:
            folded = folded.replace(filler, "。")
    return folded
