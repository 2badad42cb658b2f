"""Text messages: one message each, with act, day, case and code, and no name (OLR 32).

A message of Chinese holds 70 signs, one of plain Latin letters 160; a longer one is cut into pieces that may come in any
order. What does not fit is left out in a fixed order: the day on which it was sent, which the telephone shows anyhow, the
court's telephone, its site, then what came; never the day by which something is asked, the case or the code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from odr.ground.text import ShortDay, ShortInstant, T, Text
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
    acts = _acts(words, named=named)
    if not case:
        # Who hears of it for the first time does not know where a code is typed.
        acts = [[act for group in acts for act in group]]
    for group in acts:
        for act in group:
            yield from _with_site(act, case, words.code, head)
        for act in group if not case else ():
            around = {"court": head.court, "act": act, "code": words.code, "site": head.site}
            yield T("%(court)s: a legal paper. %(act)s Type %(site)s, letter code %(code)s.", **around)
        for act in group:
            yield from _without_site(act, case, words.code, head)


def _with_site(act: Text, case: str, code: str, head: Letterhead) -> Iterator[Text]:
    """An act with what stands around it, the fullest first."""
    around = {"court": head.court, "act": act, "code": code, "site": head.site}
    if case:
        yield T("%(court)s, %(case)s: %(act)s Type %(site)s, letter code %(code)s.", **around, case=case)
        return
    yield T(
        "%(court)s: a legal paper waits for you. %(act)s Type %(site)s yourself, letter code %(code)s, or call %(phone)s to check.",
        **around,
        phone=head.phone,
    )
    yield T("%(court)s: a legal paper waits for you. %(act)s Type %(site)s yourself, letter code %(code)s.", **around)


def _without_site(act: Text, case: str, code: str, head: Letterhead) -> Iterator[Text]:
    """The same where the site finds no room."""
    if not case:
        yield T("%(court)s: a legal paper. %(act)s Letter code %(code)s.", court=head.court, act=act, code=code)
        return
    yield T("%(court)s, %(case)s: %(act)s Letter code %(code)s.", court=head.court, case=case, act=act, code=code)
    yield T("%(case)s: %(act)s Letter code %(code)s.", case=case, act=act, code=code)


def _acts(words: LetterWords, *, named: bool) -> list[list[Text]]:
    """When to come; what to do by which day; where there is nothing to do, what came and when. By its name, else by its
    kind; in each group the fullest first. Where somebody else may be reading, not what came.
    """
    names = (words.what, words.kind) if named else ()
    if words.held_at is not None:
        at = ShortInstant(words.held_at)
        return [
            *([T("%(what)s. Please attend on %(at)s.", what=what, at=at)] for what in names),
            [T("Please attend on %(at)s.", at=at)],
        ]
    if words.off_at is not None:
        off = ShortInstant(words.off_at)
        return [
            *([T("%(what)s (hearing of %(off)s).", what=what, off=off)] for what in names),
            [T("It is about the hearing of %(off)s.", off=off)],
        ]
    if words.ask is not None and (words.due_on is not None or words.within is not None):
        return [[_asked(words, words.ask)]]
    if not names:
        day = T("This ends at the end of %(day)s.", day=ShortDay(words.due_on)) if words.due_on is not None else None
        return [[day or T("It was sent on %(day)s.", day=ShortDay(words.sent_on))]]
    if words.due_on is not None:
        return [[T("%(what)s, until the end of %(day)s.", what=what, day=ShortDay(words.due_on))] for what in names]
    return [
        [T("%(what)s, sent on %(day)s.", what=what, day=ShortDay(words.sent_on)), T("%(what)s.", what=what)]
        for what in names
    ]


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
