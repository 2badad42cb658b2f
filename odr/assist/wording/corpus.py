"""What the court itself has written, in both languages: the words a text of the court is compared with. Nothing of a case.

Every message of the court and its Chinese, the help pages and the rules the guide may quote, the kinds of dispute, and the glossary.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from odr.assist.guide.passages import Passage, passages_of
from odr.ground.text import catalogue
from odr.procedure.rules.pack import RulePack

GLOSSARY = Path(__file__).resolve().parents[3] / "docs" / "glossary.md"
HAN = r"[\u4e00-\u9fff]"
_RUN, _WORD = re.compile(f"{HAN}+"), re.compile(r"[a-z]+(?:[’'][a-z]+)?")
_PLACE = re.compile(r"%\(\w+\)[sd]|`[^`]*`")
LONGEST = 4
"""Signs of the longest row that is counted."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """How often rows of one to four Han characters, and English words, stand in what the court wrote. Itself alone is equal to it."""

    rows: Counter[str]
    words: Counter[str]


def corpus_of(pack: RulePack, today: date) -> Corpus:
    """The words of a court under its rules."""
    return _counted(passages_of(pack, today))


@lru_cache(maxsize=2)
def _counted(passages: tuple[Passage, ...]) -> Corpus:
    """Counted once for the same passages: it takes seconds."""
    rows, words = Counter[str](), Counter[str]()
    for text in _texts(passages):
        plain = _PLACE.sub(" | ", text)
        rows.update(rows_in(plain))
        words.update(_WORD.findall(plain.casefold()))
    return Corpus(rows, words)


def rows_in(text: str) -> Iterator[str]:
    """Every row of one to :data:`LONGEST` Han characters that stand side by side."""
    for run in _RUN.findall(text):
        for size in range(1, LONGEST + 1):
            yield from (run[at : at + size] for at in range(len(run) - size + 1))


def pairs_in(text: str) -> Iterator[str]:
    """Every two Han characters that stand side by side."""
    for run in _RUN.findall(text):
        yield from (run[at : at + 2] for at in range(len(run) - 1))


def _texts(passages: tuple[Passage, ...]) -> Iterator[str]:
    for english, chinese in catalogue("zh-Hans").items():
        yield english
        yield chinese
    for one in passages:
        for words in (one.title, one.text):
            yield words.render("en")
            yield words.render("zh-Hans")
    if GLOSSARY.is_file():
        yield GLOSSARY.read_text("utf-8")
