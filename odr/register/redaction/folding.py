"""One view of a text in which its spellings fall together, with the way back to each sign of the original."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from odr.register.redaction.surnames import SIMPLIFIED

_LOOKALIKES = dict(
    zip("асԁеһіјорԛѕԝухАВСЕНІЈКМОРЅТХУοΑΒΕΖΗΙΚΜΝΟΡΤΥΧı", "acdehijopqswyxabcehijkmopstxyoabezhikmnoptyxi", strict=True)
)
"""Cyrillic and Greek letters that print as Latin ones."""

_LOOSE = frozenset("·•・‧∙⋅･●.-‐‑‒–—_'’‘`´*~～﹒／/\\|")
"""What people put between the parts of a name or number."""


_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
_UNSEEN = frozenset(_FILLERS) | {chr(at) for at in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}
"""Letters and marks that print nothing: fillers, joiners, and what chooses between two forms of a sign, as of 葛 in names."""


@dataclass(frozen=True)
class Folded:
    """Folded signs, each with the place of the sign it comes from."""

    words: str
    at: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's start and end behind a span of folded signs."""
        return self.at[start], self.at[end - 1] + 1


def prints_nothing(sign: str) -> bool:
    """Whether a letter or mark stands in a text and is not seen there."""
    return sign in _UNSEEN


@cache
def _narrow(sign: str) -> str:
    """A sign as NFKC writes it, unseen signs and what is drawn around a sign dropped; blanks of any kind are one space, a
    line's end stays.
    """
    if sign in "\n\r\u2028\u2029":
        return "\n"
    if unicodedata.category(sign) in ("Cf", "Cc", "Cs", "Co", "Me") or prints_nothing(sign):
        return ""
    plain = unicodedata.normalize("NFKC", sign)
    return "".join(" " if each.isspace() else each for each in plain)


@cache
def _fold(sign: str) -> str:
    """A sign without case, accent, width and style; nothing for blanks and for what people put between."""
    plain = _narrow(sign)
    if plain.isspace() or sign in _LOOSE or plain in _LOOSE:
        return ""
    bare = "".join(each for each in unicodedata.normalize("NFD", plain) if not unicodedata.combining(each))
    found = "".join(_LOOKALIKES.get(each, each) for each in bare).casefold().translate(SIMPLIFIED)
    return "".join(each for each in found if each not in _LOOSE)


@cache
def _tight(sign: str) -> str:
    """A sign of usual width in simplified form, without blanks; case, dots and other signs stay."""
    return "" if (plain := _narrow(sign)).isspace() else plain.translate(SIMPLIFIED)


def _view(text: str, how: object) -> Folded:
    words: list[str] = []
    at: list[int] = []
    for place, sign in enumerate(text):
        for each in how(sign):  # type: ignore[operator]
            words.append(each)
            at.append(place)
    return Folded("".join(words), tuple(at))


@lru_cache(maxsize=2048)
def fold(text: str) -> Folded:
    """The view in which all spellings of a name fall together."""
    return _view(text, _fold)


@lru_cache(maxsize=2048)
def narrow(text: str) -> Folded:
    """The view for patterns: usual width, unseen signs dropped, blanks kept."""
    return _view(text, _narrow)


@lru_cache(maxsize=2048)
def tight(text: str) -> Folded:
    """The view for names among words: usual width, simplified, no blanks."""
    return _view(text, _tight)


def folded(text: str) -> str:
    """What :func:`fold` makes of a text."""
    return fold(text).words


def is_han(text: str) -> bool:
    """Whether a text has a Chinese sign."""
    return any("\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff" or sign == "〇" for sign in text)
