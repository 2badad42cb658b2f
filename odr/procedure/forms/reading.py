"""How the court reads an amount, a day, a number or a name as people write them.

Two habits meet here, the Chinese and the European, and some spellings mean
different things in each. What can be read in two ways is refused with the way
to write it; the court never guesses an amount.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.core import get_global
from babel.dates import get_month_names
from babel.numbers import get_currency_precision

from odr.ground.text import Money, T, Text


class Unreadable(Exception):
    """What was written cannot be taken; ``code`` names the reason, ``message`` says how to write it."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


MOST_MINOR = 10**16
"""No claim reaches this; beyond it a slip of the finger is certain."""

_SIGNS = {"¥": "CNY", "元": "CNY", "圆": "CNY", "人民币": "CNY", "RMB": "CNY", "YUAN": "CNY", "£": "GBP", "€": "EUR"}
_CURRENCY = r"[¥£€$元圆]|人民币|[A-Za-z]{3,4}"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?\s*(?P<number>(?:-\s*)?(?=[\d.,' ]*\d)[\d.,'](?:[\d.,' ]*[\d.,])?)"
    rf"\s*(?P<wan>[万萬])?\s*(?P<after>{_CURRENCY})?[整正]?"
)
LONGEST = 80
"""Signs of an amount, with its currency: longer is a text, and no reading of it is tried."""
_PLAIN = re.compile(r"\d+(\.\d+)?")
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(get_global("all_currencies"))


def _folded(text: str) -> str:
    """Full-width digits and signs as half-width, no-break spaces as spaces."""
    return unicodedata.normalize("NFKC", text).replace("，", ",").strip()


def _has_other_figures(text: str) -> bool:
    """Whether figures stand in it that are neither ``0``–``9`` nor ``０``–``９``: ``10³`` is not 103, ``½`` not 12."""
    return any(
        not ("0" <= sign <= "9" or "０" <= sign <= "９")
        and any(c.isdigit() for c in unicodedata.normalize("NFKC", sign))
        for sign in text
    )


def _currency(sign: str | None, default: str) -> str | None:
    if not sign:
        return None
    word = sign.upper()
    if word == "¥" and default == "JPY":
        return "JPY"
    if word == "$":
        if default.endswith("D"):
            return default
        raise Unreadable("money_currency", T("Write the currency as three letters, for example USD 1,000.00."))
    code = _SIGNS.get(word, word)
    if code not in _currencies():
        raise Unreadable(
            "money_currency",
            T("“%(word)s” is not a currency the court knows. Write for example CNY 1,000.00.", word=sign),
        )
    return code


def read_money(text: str, currency: str) -> Money:
    """An amount as written: ``1,000.50``, ``1000元``, ``¥1,000``, ``１０００``, ``8.8万``, ``GBP 20``.

    ``currency`` is what a bare number is in. Raises Unreadable for what is no
    amount and for what could be two, such as ``1.000,50`` or ``1,00``.
    """
    match = None if len(text) > LONGEST or _has_other_figures(text) else _AMOUNT.fullmatch(_folded(text))
    if match is None:
        raise Unreadable("money_unreadable", T("Write the amount in figures, for example 1,000.50."))
    code = _agreed(_currency(match["before"], currency), _currency(match["after"], currency)) or currency
    number = match["number"].strip()
    if number.startswith("-"):
        raise Unreadable("money_negative", T("An amount cannot be below zero."))
    if not (_PLAIN.fullmatch(number) or _GROUPED.fullmatch(number)):
        raise Unreadable(
            "money_ambiguous",
            T(
                "This can be read in two ways. Use a comma only between thousands and a point before the decimals, for example 1,000.50."
            ),
        )
    amount = Decimal(number.replace(",", "")) * (10_000 if match["wan"] else 1)
    return _minor(amount, code, None if match["wan"] else number)


def _agreed(before: str | None, after: str | None) -> str | None:
    if before and after and before != after:
        raise Unreadable("money_currency", T("Write the currency once, for example CNY 1,000.00."))
    return before or after


def _minor(amount: Decimal, currency: str, number: str | None) -> Money:
    precision = get_currency_precision(currency)
    decimals = len(number.partition(".")[2]) if number else 0
    scaled = amount.scaleb(precision)
    if decimals > precision or scaled != scaled.to_integral_value():
        raise Unreadable(
            "money_too_fine",
            T(
                "Write at most %(digits)s decimals. If you mean thousands, separate them with a comma, for example 1,000.",
                digits=precision,
            ),
        )
    if scaled >= MOST_MINOR:
        raise Unreadable("money_too_large", T("This amount is too large to be right."))
    return Money(int(scaled), currency)


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, locale="en").items():
            names[name.lower().rstrip(".")] = number
    names["sept"] = 9
    return names


_SHAPES = (
    re.compile(
        r"(?P<year>\d{4})(?:\s*年\s*|[-/.\s]\s*)(?P<month>\d{1,2})(?:\s*月\s*|[-/.\s]\s*)(?P<day>\d{1,2})\s*[日号]?"
    ),
    re.compile(r"(?P<day>\d{1,2})(?:\s*[-/.]\s*|\s+)(?P<month>\d{1,2})(?:\s*[-/.]\s*|\s+)(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s-]*(?P<month>[A-Za-z]+)\.?[,\s-]*(?P<year>\d{4})", re.IGNORECASE),
    re.compile(r"(?P<month>[A-Za-z]+)\.?\s*(?P<day>\d{1,2})(?:st|nd|rd|th)?[,\s]+(?P<year>\d{4})", re.IGNORECASE),
)
_WEEKDAY = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)|(?:\s*[(（]?(?:星期|周)[一二三四五六日天][)）]?)",
    re.IGNORECASE,
)


def read_day(text: str) -> date:
    """A day as written: ``2026-04-27``, ``27 April 2026``, ``27/4/2026`` (day first), ``2026年4月27日``.

    Raises Unreadable for what is no day of the calendar, saying what is wrong.
    """
    folded = _WEEKDAY.sub("", _folded(text)).strip()
    for shape in _SHAPES:
        match = shape.fullmatch(folded)
        if match is not None:
            return read_parts(match["day"], match["month"], match["year"], in_one=True)
    raise Unreadable("day_unreadable", T("Write the day like 27 April 2026 or 2026-04-27."))


def read_parts(day: str, month: str, year: str, *, in_one: bool = False) -> date:
    """A day from its three boxes, or from the parts of a line (``in_one``); the month by number or name. Raises Unreadable naming the
    part that is wrong.
    """
    day, month, year = (_folded(part) for part in (day, month, year))
    for part, missing in (
        (day, T("Enter the day of the month too.")),
        (month, T("Enter the month too.")),
        (year, T("Enter the year too.")),
    ):
        if not part:
            raise Unreadable("day_incomplete", missing)
    number = _months().get(month.lower().rstrip("."), None) or (
        int(month) if month.isdecimal() and len(month) <= 2 else 0
    )
    if not 1 <= number <= 12:
        words = (
            T("“%(month)s” is not a month. Write the day first: 27 April 2026, or 27/4/2026.", month=month)
            if in_one
            else T("“%(month)s” is not a month. Write a number from 1 to 12, or its name.", month=month)
        )
        raise Unreadable("day_month", words)
    if not (year.isdecimal() and len(year) == 4 and 1900 <= int(year) <= 2199):
        raise Unreadable("day_year", T("Write the year with four digits, for example 2026."))
    last = calendar.monthrange(int(year), number)[1]
    if not (day.isdecimal() and len(day) <= 2 and 1 <= int(day) <= last):
        raise Unreadable(
            "day_of_month",
            T(
                "%(month)s %(year)s has %(last)s days, so there is no day %(day)s.",
                month=MONTHS[number - 1],
                year=year,
                last=last,
                day=day,
            ),
        )
    return date(int(year), number, int(day))


MONTHS = (
    T("January"),
    T("February"),
    T("March"),
    T("April"),
    T("May"),
    T("June"),
    T("July"),
    T("August"),
    T("September"),
    T("October"),
    T("November"),
    T("December"),
)

_LINE_ENDS = re.compile(r"\r\n?|\u2028|\u2029|\x85")
_UNSEEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufffe\uffff")
"""Signs that reorder or hide text: what the judge reads must be what was written."""


def clean_text(text: str, *, one_line: bool = False) -> str:
    """Text as the court keeps it: NFC, ``\\n`` line ends, no space around.

    Raises Unreadable for control characters and signs that reorder or hide text.
    """
    cleaned = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).strip()
    if one_line:
        cleaned = re.sub(r"\s*\n\s*", " ", cleaned)
    for sign in cleaned:
        if sign in _UNSEEN or (unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\t"):
            raise Unreadable(
                "text_control",
                T(
                    "The text contains a sign that cannot be seen (%(code)s). Type the text again, or paste it without formatting.",
                    code=f"U+{ord(sign):04X}",
                ),
            )
    return cleaned


_PHONE = re.compile(r"\+?[\d\s().-]{5,30}(?:(?:ext\.?|x|转)\s*\d{1,6})?", re.IGNORECASE)


def read_phone(text: str) -> str:
    """A telephone number, spaces tidied. Raises Unreadable when it has fewer than 5 or more than 20 figures."""
    tidy = re.sub(r"\s+", " ", _folded(text))
    if not _PHONE.fullmatch(tidy) or not 5 <= sum(c.isdecimal() for c in tidy) <= 20:
        raise Unreadable(
            "phone_unreadable",
            T("Write the number with its area code, for example 0571 5550 0142 or +86 138 0000 0000."),
        )
    return tidy
