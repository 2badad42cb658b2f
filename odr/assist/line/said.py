"""What a message says: read once, without knowing what was said before. Nothing somebody sends makes this fail."""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass

from odr.assist.guide.asking import LONGEST
from odr.service.packet.notice_codes import ALPHABET
from odr.service.packet.progress_codes import code_key, number_key

_SIGN = f"[{ALPHABET}]"
_CODE = re.compile(rf"(?<![A-Z0-9])({_SIGN}{{4}})([- ]?)({_SIGN}{{4}})(?![A-Z0-9])")
_BETWEEN = r"[\s一-鿿/.,_-]{0,12}"
_NUMBER = re.compile(rf"\(?\s?(?:19|20)[0-9]{{2}}\s?\)?{_BETWEEN}(?:[0-9]{{1,6}}{_BETWEEN})?[0-9]{{1,8}}\s?号?")
_STATUS = re.compile(r"(?:status|progress|case|查询进度|查询|进度|案号)[\s:,]*(.*)", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(r"(?:call(?: me)?(?: back)?|callback|请?回电话?)[\s:,]*([+0-9() -]{0,30})\W*", re.IGNORECASE)
_AROUND = re.compile(r"^[\s.!。“”\"']+|[\s.!。“”\"']+$")
_PHONE = re.compile(r"\+?[0-9][0-9() -]{4,28}")
DIGITS = (6, 15)
"""Digits of a telephone number (ITU-T E.164 allows 15)."""
SUBSCRIBER = 8
"""Of these the last ones, without country and area."""


class Wants(enum.Enum):
    """What a message is after."""

    NOTHING = "nothing"  # nothing that could be read
    HELP = "help"  # what one can send
    STATUS = "status"  # how far a case has come: with number, code, or both
    CALL = "call"  # the registry is to call
    MORE = "more"  # the next part of a long answer
    LANGUAGE = "language"  # another language from now on
    QUESTION = "question"  # a question in one's own words


_WORDS = {
    Wants.HELP: ("help", "info", "menu", "?", "帮助", "菜单"),
    Wants.MORE: ("more", "next", "更多", "继续", "下一条"),
}
_LANGUAGES = {"en": ("en", "english", "英文", "英语"), "zh-Hans": ("zh", "chinese", "中文", "汉语", "普通话")}


@dataclass(frozen=True)
class Said:
    """A message as it is understood. ``keys`` is a code as a keypad types it; ``phone`` a number to call, if one was written;
    ``is_sure`` is false where what looks like a code could be a word.
    """

    wants: Wants
    words: str = ""
    number: str = ""
    code: str = ""
    keys: str = ""
    phone: str = ""
    locale: str | None = None
    is_sure: bool = True


def read(text: str) -> Said:
    """What a message says."""
    words = " ".join("".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFKC", text[:2000])).split())
    words = words[:LONGEST]
    bare = _AROUND.sub("", words.casefold())
    if not bare:
        return Said(Wants.HELP if "?" in words else Wants.NOTHING)
    for wants, known in _WORDS.items():
        if bare in known:
            return Said(wants)
    for locale, known in _LANGUAGES.items():
        if bare in known:
            return Said(Wants.LANGUAGE, locale=locale)
    if (call := _CALL.fullmatch(words)) is not None:
        return Said(Wants.CALL, words, phone=phone_in(call[1]))
    asked = _STATUS.fullmatch(words)
    return _looked_up(words, asked[1] if asked else words, is_asked=asked is not None) or Said(
        Wants.QUESTION, words, phone=phone_in(words) if _PHONE.fullmatch(words) else ""
    )


def _looked_up(words: str, rest: str, *, is_asked: bool) -> Said | None:
    """Number and code, in any order, if that is all there is."""
    upper = rest.upper()
    for found in reversed([*_CODE.finditer(upper)]):
        left = (rest[: found.start()] + " " + rest[found.end() :]).strip(" ,;:#.")
        number = left if _NUMBER.fullmatch(left) else ""
        if left and not number:
            continue
        code = code_key(found[1] + found[3])
        is_sure = bool(number) or found[2] == "-" or (any(map(str.isdigit, code)) and any(map(str.isalpha, code)))
        phone = "" if left else phone_in(rest)
        return Said(Wants.STATUS, words, number_key(number) and number, code, phone=phone, is_sure=is_sure or is_asked)
    if _NUMBER.fullmatch(rest.strip(" ,;:#.")) and number_key(rest):
        return Said(Wants.STATUS, words, rest)
    return Said(Wants.STATUS, words) if is_asked and (not rest or not rest[:1].isalpha()) else None


def subscriber(phone: str) -> str:
    """What a telephone number is counted by: its last digits, the same with the sign of a country, with noughts or without."""
    return phone.lstrip("+0")[-SUBSCRIBER:]


def phone_in(text: str) -> str:
    """A telephone number that was written, as digits with the sign of a country; empty where it is none."""
    kept = re.sub(r"[^0-9+]", "", unicodedata.normalize("NFKC", text[:60]))
    plus, digits = kept[:1] == "+", kept.replace("+", "")
    return ("+" if plus else "") + digits if DIGITS[0] <= len(digits) <= DIGITS[1] else ""
