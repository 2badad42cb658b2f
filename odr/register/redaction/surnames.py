"""Surnames, and words by which kinds of names are told apart."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

_WORDS: dict[str, str] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

SURNAMES = frozenset("".join(_WORDS["surnames"].split()))
COMPOUND = frozenset(_WORDS["compound"].split())
CITIES = _WORDS["cities"].split()
TRADES = _WORDS["trades"].split()
"""What organisations do, longer words first where one begins another."""
FORMS = _WORDS["forms"].split()
"""What organisations are."""
ENGLISH_FORMS = _WORDS["english_forms"].split()
ENGLISH_TRADES = [line for line in _WORDS["english_trades"].splitlines() if line]
"""What organisations do, in English, as patterns."""
WORDLIKE = frozenset(_WORDS["wordlike"].split())
"""Names that are words too: whether a person is meant is for a person to say."""
_TRADITIONAL = "".join(_WORDS["traditional"].split())
SIMPLIFIED = {ord(old): new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True) if old != new}
"""Traditional signs → their simplified form."""
BEFORE_NAMES = frozenset(_WORDS["before_names"].split())
"""Offices, trades, kin and fields of a form: a person is named behind them."""
BESIDE_NAMES = frozenset(_WORDS["beside_names"].split())
AFTER_NAMES = frozenset(_WORDS["after_names"].split())
NEVER_NAMES = frozenset(_WORDS["never_names"].split())
RARELY_SURNAMES = frozenset(_WORDS["rarely_surnames"].split())
OF_GIVEN_NAMES = frozenset("".join(_WORDS["of_given_names"].split()))
OF_FOREIGN_NAMES = frozenset("".join(_WORDS["of_foreign_names"].split()))
MADE_OF = frozenset(_WORDS["made_of"].split())
"""Words of which Tibetan and Mongolian names are made, two or three in a row."""
JAPANESE = frozenset(_WORDS["japanese"].split())
ENGLISH_BEFORE = frozenset(_WORDS["english_before"].split())
ENGLISH_NEVER = frozenset(_WORDS["english_never"].split())
ENGLISH_GIVEN = frozenset(_WORDS["english_given"].split())
"""Words that are given names or surnames too."""
CROSSING = frozenset(_WORDS["crossing"].split())
ENGLISH_LIKE_PINYIN = frozenset(_WORDS["english_like_pinyin"].split())
ORGANISED = frozenset(_WORDS["organised"].split())
ENGLISH_GIVEN_ALONE = frozenset(_WORDS["english_given_alone"].split())
NAME_PARTICLES = frozenset(_WORDS["name_particles"].split())


@cache
def phrases() -> frozenset[str]:
    """Words of two signs, as far as the pinyin library and the lists here know them: a name does not cross one."""
    # The library's lists take longer to read than all of the court's own: where a name is first looked for.
    from pypinyin.constants import PHRASES_DICT

    return frozenset(word for words in (PHRASES_DICT, NEVER_NAMES) for word in words if len(word) == 2)
