"""Slips in Chinese: a character that its neighbours do not expect, where one that sounds or looks like it stands there in the court's own words.

Of a character ``c`` between its neighbours every row of two to four characters that holds it is looked up in the court's own texts
(:mod:`odr.assist.wording.corpus`). A candidate that sounds or looks alike is suggested where it is so much better at home there::

    gain = Σ over rows r that hold the place:  weight(|r|) · ( ln(1 + n(r with candidate)) − ln(1 + n(r)) )

and no word of the phrase list or of the case covers the place as it is written. Which gain is enough was set on sentences of
``bench/wording`` that are not those it is measured on.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from odr.assist.wording.corpus import HAN, LONGEST, Corpus

SHAPES = Path(__file__).parent / "shapes.toml"
WEIGHT: Mapping[int, float] = {2: 1.0, 3: 1.5, 4: 2.0}
LEAST = 7.0
"""The gain from which a candidate is suggested."""
AT_HOME = 3
"""So often a row with the candidate stands in the court's own words at least."""
COMMON = 40
"""A character of the court's own words that stands there less is no candidate."""
NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两廿")
_RUN = re.compile(f"{HAN}+")


@dataclass(frozen=True)
class Slip:
    """A place of a text, from and to, with what stands there and what may have been meant."""

    begin: int
    end: int
    written: str
    meant: str


class Chinese:
    """The court's own Chinese, ready to be compared with."""

    def __init__(self, corpus: Corpus, least: float = LEAST) -> None:
        self._rows, self._least = dict(corpus.rows), least  # A Counter asks itself twice for what it lacks.
        known = [one for one, times in corpus.rows.items() if len(one) == 1 and times >= COMMON]
        by_sound: dict[str, set[str]] = defaultdict(set)
        for one in known:
            for sound in sounds(one):
                by_sound[sound].add(one)
        self._by_sound, self._known = by_sound, frozenset(known)
        self._alike: dict[str, tuple[str, ...]] = {}

    def alike(self, sign: str) -> set[str]:
        """Characters of the court's own words that sound or look like one."""
        found = {one for sound in sounds(sign) for one in self._by_sound.get(sound, ())}
        return (found | (shapes().get(sign, frozenset()) & self._known)) - {sign}

    def slips(self, text: str, told: Collection[str] = ()) -> Iterator[Slip]:
        """What may be a slip; ``told`` are rows of two characters of the case's own papers, where nothing is one."""
        for run in _RUN.finditer(text):
            words, at = run[0], 0
            while at < len(words):
                better = self._better(words, at, told)
                if better is None:
                    at += 1
                    continue
                begin, end = max(0, at - 1), min(len(words), at + 2)
                yield Slip(
                    run.start() + begin,
                    run.start() + end,
                    words[begin:end],
                    words[begin:at] + better + words[at + 1 : end],
                )
                at += 2  # What stands beside a slip was weighed with it.

    def _better(self, words: str, at: int, told: Collection[str]) -> str | None:
        if (
            words[at] in NUMERALS
            or _is_word(words, at)
            or any(words[k : k + 2] in told for k in (at - 1, at) if k >= 0)
        ):
            return None
        best, gain = None, self._least
        before, after = words[max(0, at - 1) : at], words[at + 1 : at + 2]
        for candidate in self._candidates(words[at]):
            # No longer row is more at home than the pairs in it: most candidates need no more than a look at these two.
            if max(self._pair(before + candidate), self._pair(candidate + after)) < AT_HOME:
                continue
            has, most = self._gain(words, at, candidate)
            if has > gain and most >= AT_HOME and candidate not in NUMERALS:
                best, gain = candidate, has
        return best

    def _candidates(self, sign: str) -> tuple[str, ...]:
        if sign not in self._alike:
            self._alike[sign] = tuple(sorted(self.alike(sign)))
        return self._alike[sign]

    def _pair(self, row: str) -> int:
        return self._rows.get(row, 0) if len(row) == 2 else 0

    def _gain(self, words: str, at: int, candidate: str) -> tuple[float, int]:
        total, most = 0.0, 0
        for size in range(2, LONGEST + 1):
            for begin in range(max(0, at - size + 1), min(at, len(words) - size) + 1):
                row = words[begin : begin + size]
                other = row[: at - begin] + candidate + row[at - begin + 1 :]
                there = self._rows.get(other, 0)
                most = max(most, there)
                total += WEIGHT[size] * (math.log1p(there) - math.log1p(self._rows.get(row, 0)))
        return total, most


def _is_word(words: str, at: int) -> bool:
    # The library's lists take longer to read than all of the court's own: where a text is first gone through.
    from pypinyin.constants import PHRASES_DICT

    return any(
        words[begin : begin + size] in PHRASES_DICT
        for size in (2, 3, 4)
        for begin in range(max(0, at - size + 1), min(at, len(words) - size) + 1)
    )


@lru_cache(maxsize=8192)
def sounds(sign: str) -> frozenset[str]:
    """How a character is read, without tones; zh, ch, sh and a last g count as z, c, s and nothing, as many people type."""
    from pypinyin import Style, pinyin

    read = pinyin(sign, style=Style.NORMAL, heteronym=True)[0]
    return frozenset(_plainer(one) for one in read if one != sign)


def _plainer(read: str) -> str:
    if read[:2] in ("zh", "ch", "sh"):
        read = read[0] + read[2:]
    return read[:-1] if read.endswith("ng") else read


@lru_cache(maxsize=1)
def shapes() -> dict[str, frozenset[str]]:
    """Which characters look like one."""
    found: dict[str, frozenset[str]] = {}
    for row in tomllib.loads(SHAPES.read_text("utf-8"))["sets"]:
        for one in row:
            found[one] = found.get(one, frozenset()) | (frozenset(row) - {one})
    return found
