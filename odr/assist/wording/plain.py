"""How plainly a text is written that a person gets: counted by rules anybody can follow, no model.

A sentence is plain where it is no longer than :data:`LONG` and holds none of the words of :data:`HARD`; the score is the share of plain
sentences. How long the text takes to read is reckoned as for the pages: 200 English words a minute, 300 Chinese characters.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from odr.ground.text import T, Text

LONG: Mapping[str, int] = {"en": 25, "zh-Hans": 45}
"""Words of an English sentence, characters of a Chinese one, beyond which one loses the thread."""
WORDS, CHARACTERS = 200, 300
"""Read in a minute."""
HARD = Path(__file__).parent / "hard_words.toml"
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z0-9][\w.,:@/’'-]*")
_SENTENCES = re.compile(r"[^。！？；\n.?!;]+(?:\.(?=\w)[^。！？；\n.?!;]*)*")


@dataclass(frozen=True)
class Hard:
    """A sentence that is hard to read, and why."""

    words: str
    why: Text


@dataclass(frozen=True)
class Score:
    """Of how many sentences how many are plain; the others, and how long it all takes to read."""

    sentences: int
    plain: int
    seconds: int
    hard: Sequence[Hard]


def score(text: str) -> Score:
    """How plainly a text is written; a text without a sentence has none that is hard."""
    said = [one.strip() for one in _SENTENCES.findall(text) if _length(one)]
    hard = [Hard(one, why) for one in said if (why := _why(one)) is not None]
    reading = len(_HAN.findall(text)) / CHARACTERS + len(_WORD.findall(_HAN.sub(" ", text))) / WORDS
    return Score(len(said), len(said) - len(hard), math.ceil(60 * reading), hard)


def _length(sentence: str) -> int:
    return len(_HAN.findall(sentence)) or len(_WORD.findall(sentence))


def _why(sentence: str) -> Text | None:
    locale = "zh-Hans" if _HAN.search(sentence) else "en"
    for hard, plain in hard_words()[locale]:
        if (hit := hard.search(sentence)) is not None:
            return T("“%(hard)s” is said more plainly: %(plain)s.", hard=hit[0], plain=plain)
    length = _length(sentence)
    if length <= LONG[locale]:
        return None
    if locale == "en":
        return T("The sentence has %(length)s words; up to %(most)s are read easily.", length=length, most=LONG[locale])
    return T(
        "The sentence has %(length)s characters; up to %(most)s are read easily.", length=length, most=LONG[locale]
    )


@lru_cache(maxsize=1)
def hard_words() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Words that only lawyers read easily, in each language, with what says the same."""
    written = tomllib.loads(HARD.read_text("utf-8"))
    return {
        locale: [
            (re.compile(rf"\b{re.escape(hard)}\b" if hard.isascii() else re.escape(hard), re.I), plain)
            for hard, plain in written[locale].items()
        ]
        for locale in LONG
    }
