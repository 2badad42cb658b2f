"""What the guide does not answer, whatever stands in its passages: how a case will end, and what somebody should do about it.

A rule and no model: a question that holds one of the phrases of a list is answered by saying so, with the way to free advice. A
court that told one side its chances would have judged before it heard.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from odr.register.search.tokens import fold, units

DATA = Path(__file__).parent / "scope.toml"


@lru_cache(maxsize=1)
def phrases() -> tuple[str, ...]:
    """The phrases of :data:`DATA` as they are compared."""
    return tuple(fold(one) for one in tomllib.loads(DATA.read_text("utf-8"))["phrases"])


def asks_for_a_judgment(question: str) -> bool:
    """Whether somebody asks for their chances, or what they should do."""
    spaced = " ".join(one.words for one in units(question) if not one.is_han)
    words, dense = f" {spaced} ", "".join(one.words for one in units(question) if one.is_han)
    return any(_stands(phrase, words, dense) for phrase in phrases())


def _stands(phrase: str, words: str, dense: str) -> bool:
    if phrase[0].isascii():
        return f" {' '.join(one.words for one in units(phrase))} " in words
    return phrase in dense
