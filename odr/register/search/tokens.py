"""Words of a text as the search knows them: a Han character is one, and a run of letters and digits in any other script.

What is looked for and what is looked in are cut by this one function, so that they meet. Signs between words part them and
are nothing themselves; a sign that ends a sentence or clause is a gap over which no phrase goes. So 《食品安全法》第148条 is
found as 食品安全法第148条, and 合同。法院 is not found as 合同法院.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

GAP = "·"
"""Stands in the index where no word stands; no word is ever this."""
LONGEST = 100
"""Signs of a word; what is longer is cut into several, in a question as in a text."""
_HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}])"
    r"|(?P<number>(?<![^\W_])[0-9]{1,3}(?:,[0-9]{3})+(?![^\W_]))"
    rf"|(?P<word>(?:(?![{_HAN}])[^\W_]){{1,{LONGEST}}})"
    r"|(?P<gap>[。、;!?…\n\r]|(?<![a-z0-9])[,:.]|[,:.](?![a-z0-9]))"
)
_IS_HAN = re.compile(f"[{_HAN}]")


def is_han(word: str) -> bool:
    """Whether a word is a single Han character."""
    return len(word) == 1 and _IS_HAN.match(word) is not None


@dataclass(frozen=True)
class Unit:
    """A word with its place, counted in words and gaps, and where its signs stand in the text."""

    words: str
    at: int
    begin: int
    end: int

    @property
    def is_han(self) -> bool:
        """Whether it is a single Han character."""
        return is_han(self.words)


class _Folding(dict[int, str]):
    """Each sign as it is compared, worked out when it is met first."""

    def __missing__(self, sign: int) -> str:
        plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", chr(sign)).casefold())
        self[sign] = plain
        return plain


_FOLDING = _Folding()


def fold(text: str) -> str:
    """A text as it is compared: wide and old forms of a sign as the plain one, capitals as small letters."""
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


def units(text: str) -> list[Unit]:
    """The words of a text. Places of signs are those of the text in its composed form (NFC), which published texts have."""
    composed = unicodedata.normalize("NFC", text)
    folded = [_FOLDING[ord(sign)] for sign in composed]
    origin: list[int] | None = None
    if any(len(one) != 1 for one in folded):
        origin = [place for place, one in enumerate(folded) for _ in one]
    found: list[Unit] = []
    at, gap = 0, False
    for match in _TOKEN.finditer("".join(folded)):
        if match.lastgroup == "gap":
            gap = True
            continue
        at += 1 if gap and found else 0
        gap = False
        begin, end = match.span()
        if origin is not None:
            begin, end = origin[begin], origin[end - 1] + 1
        words = match[0].replace(",", "") if match.lastgroup == "number" else match[0]
        found.append(Unit(words, at, begin, end))
        at += 1
    return found


Phrase = tuple[tuple[int, str], ...]
"""Words that follow each other, each with its place from the first."""


def phrase(text: str) -> Phrase:
    """What somebody looks for as words to be found in a row; empty where there is none."""
    return tuple((one.at, one.words) for one in units(text))


def lines(parts: Sequence[str]) -> tuple[str, str]:
    """Some texts as the two lines the index reads: a word at each place, and at each the pair of Han characters that begins
    there. Between two texts is a gap.
    """
    ones: list[str] = []
    pairs: list[str] = []
    before = ""
    for part in parts:
        gap = True
        for han, number, word, _ in _TOKEN.findall(fold(part)):
            if not (han or number or word):
                gap = True
                continue
            if gap and ones:
                ones.append(GAP)
                pairs.append(GAP)
            elif han and before:
                pairs[-1] = before + han
            ones.append(han or number.replace(",", "") or word)
            pairs.append(GAP)
            before, gap = han, False
    return " ".join(ones), " ".join(pairs)


def places(needle: Phrase, text: Sequence[Unit]) -> list[tuple[int, int]]:
    """Where words stand in a row in a text: first and last sign of each place."""
    at = {one.at: one for one in text}
    found = []
    for one in text:
        row = [at.get(one.at + offset) for offset, _ in needle]
        if all(each is not None and each.words == words for each, (_, words) in zip(row, needle, strict=True)):
            found.append((one.begin, at[one.at + needle[-1][0]].end))
    return found


def pairs_of(needle: Phrase) -> Phrase | None:
    """The same as pairs of Han characters, with which rare places are found fast; None where single words are needed."""
    if any(len(words) != 1 or not _IS_HAN.match(words) for _, words in needle):
        return None
    at = dict(needle)
    found: dict[int, str] = {}
    place, covered = -1, -1
    for place in sorted(at):
        if place <= covered:
            continue
        if place + 1 in at:
            found[place], covered = at[place] + at[place + 1], place + 1
        elif place - 1 in at:
            found[place - 1], covered = at[place - 1] + at[place], place
        else:
            return None
    return tuple(sorted(found.items()))
