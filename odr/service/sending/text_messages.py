"""Text messages: one message each, with act, day, case and code, and no name (OLR 32).

A message of Chinese holds 70 signs, one of plain Latin letters 160; a longer one is cut into pieces that may come in any
order. What does not fit is left out in a fixed order: the court's site first, then what came; never day, case or code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from odr.ground.text import ShortDay, T, Text
from odr.service.sending.letter_words import LetterWords
from odr.service.sending.letters import Letterhead

SIGNS, LETTERS = 70, 160
_YEAR = re.compile(r"^[（(]\d{4}[)）]\s*")
_NOT_PLAIN = re.compile(r"[^ -~]+")
_GSM_TWICE = "^{}\\[~]|€"
_GSM = frozenset("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà") | frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
"""The letters of the basic alphabet of text messages (3GPP TS 23.038); some others count twice."""
_PLAIN = str.maketrans({"\u00a0": " ", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "−": "-", "…": "..."})


def fits(text: str) -> bool:
    """Whether a text goes out as one message."""
    if all(c in _GSM or c in _GSM_TWICE for c in text):
        return sum(2 if c in _GSM_TWICE else 1 for c in text) <= LETTERS
    return len(text.encode("utf-16-le")) // 2 <= SIGNS


def text_message(words: LetterWords, head: Letterhead, locale: str, *, named: bool) -> str:
    """The text of a message: the fullest that is one message, else the shortest there is."""
    shortest = ""
    for text in _candidates(words, head, locale, named=named):
        shortest = text.render(locale).translate(_PLAIN)
        if fits(shortest):
            return shortest
    return shortest


def _candidates(words: LetterWords, head: Letterhead, locale: str, *, named: bool) -> Iterator[Text]:
    case = _YEAR.sub("", words.case_number or "") if named else ""
    if locale == "en":
        # One Chinese sign would halve what a message holds: the figures of the number stay.
        case = _NOT_PLAIN.sub("-", case).strip("-")
    for act in _acts(words):
        yield from _around(act, case, words.code, head)


def _around(act: Text, case: str, code: str, head: Letterhead) -> Iterator[Text]:
    """An act with what stands around it, the fullest first."""
    both = {"court": head.court, "act": act, "code": code}
    if not case:
        yield T(
            "%(court)s: a legal paper waits for you. %(act)s Go to %(site)s yourself and enter letter code %(code)s, or call %(phone)s to check.",
            **both,
            site=head.site,
            phone=head.phone,
        )
        yield T("%(court)s: a legal paper. %(act)s Letter code %(code)s.", **both)
        return
    yield T("%(court)s, %(case)s: %(act)s At %(site)s, enter letter code %(code)s.", **both, case=case, site=head.site)
    yield T("%(court)s, %(case)s: %(act)s Letter code %(code)s.", **both, case=case)
    yield T("%(case)s: %(act)s Letter code %(code)s.", case=case, act=act, code=code)


def _acts(words: LetterWords) -> list[Text]:
    """What to do by which day; where there is nothing to do, what came and when: by its name, else by its kind."""
    if words.ask is not None and (words.due_on is not None or words.within is not None):
        return [_asked(words, words.ask)]
    if words.due_on is not None:
        return [T("%(what)s, until the end of %(day)s.", what=w, day=ShortDay(words.due_on)) for w in _names(words)]
    return [T("%(what)s, sent on %(day)s.", what=w, day=ShortDay(words.sent_on)) for w in _names(words)]


def _names(words: LetterWords) -> tuple[Text, Text]:
    return words.what, words.kind


def _asked(words: LetterWords, ask: Text) -> Text:
    if words.due_on is not None:
        day = ShortDay(words.due_on)
        return (
            T("Please %(ask)s by the end of %(day)s.", ask=ask, day=day)
            if words.is_duty
            else T("You can %(ask)s until the end of %(day)s.", ask=ask, day=day)
        )
    return (
        T("Please %(ask)s within %(length)s of receiving it.", ask=ask, length=words.within)
        if words.is_duty
        else T("You can %(ask)s within %(length)s of receiving it.", ask=ask, length=words.within)
    )
