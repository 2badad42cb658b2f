"""Answers as text messages: one message each, never cut by whoever carries it.

What does not fit one message is told in numbered parts, of which the next is sent when it is asked for: nobody pays for what
they do not read, and parts that come in any order do not happen.
"""

from __future__ import annotations

from collections.abc import Sequence

from odr.ground.text import T, Text
from odr.service.sending.text_messages import fits

MOST_PARTS = 9
_PLAIN = str.maketrans(
    {"\u00a0": " ", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "…": "..."}
)


def plain(text: str) -> str:
    """A text in the signs of text messages, where it is one of Latin letters; what they lack would halve a message."""
    lettered = text.translate(_PLAIN)
    return lettered if fits(lettered[:1] or " ") and all(ord(c) < 0x2000 for c in lettered) else text


def one_message(candidates: Sequence[Text], locale: str) -> list[str]:
    """The fullest of these that is one message; where none is, the shortest in numbered parts."""
    shortest = ""
    for text in candidates:
        shortest = plain(text.render(locale))
        if fits(shortest):
            return [shortest]
    return parts(shortest, locale)


def parts(text: str, locale: str) -> list[str]:
    """A text in numbered parts of one message each; a text so long that it has more than nine ends with its own dots."""
    if fits(text):
        return [text]
    for count in range(2, MOST_PARTS + 1):
        made = _cut(text, locale, count)
        if made is not None:
            return made
    return _cut(text[: max(1, len(text) * 9 // 10)].rstrip() + "...", locale, MOST_PARTS) or parts(
        text[: max(1, len(text) // 2)].rstrip() + "...", locale
    )


def _cut(text: str, locale: str, count: int) -> list[str] | None:
    made, rest = [], text.strip()
    for part in range(1, count + 1):
        note = f"({part}/{count})"
        if part < count:
            note = plain(T("(%(part)s/%(all)s, next: “more”)", part=part, all=count).render(locale))
        taken = _first(rest, note)
        if not taken:
            return None
        made.append(f"{taken} {note}")
        rest = rest[len(taken) :].lstrip()
        if not rest:
            return made if part == count else None
    return None


def _first(text: str, note: str) -> str:
    """As much of a text as one message holds beside a note; at a blank or a stop, where there is one near."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(f"{text[:middle]} {note}") else (low, middle - 1)
    if low == len(text):
        return text
    for at in range(low, max(low - 25, 1), -1):
        if text[at - 1] in " 。；，、":
            return text[:at].rstrip()
    return text[:low]
