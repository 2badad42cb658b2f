"""Words people read, kept apart from the language they are read in.

A :class:`Text` is a message with its parameters; it becomes a string only when
it is rendered for an explicit locale. Nothing outside a request therefore falls
back to English by accident: a letter to a Chinese party is rendered with their
locale, whoever caused it. Catalogues are ``translations/<locale>/LC_MESSAGES/<room>.po``,
one per room, read once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_currency, get_currency_precision

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"
LOCALES = {"en": "en", "zh-Hans": "zh_Hans"}
"""BCP 47 tag on the page → folder of the catalogue."""
SOURCE_LOCALE = "en"


@lru_cache(maxsize=8)
def catalogue(locale: str) -> dict[str, str]:
    """Every translated message of a locale (BCP 47 tag), all rooms merged."""
    messages: dict[str, str] = {}
    if locale == SOURCE_LOCALE:
        return messages
    folder = TRANSLATIONS / LOCALES[locale] / "LC_MESSAGES"
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string and isinstance(message.id, str):
                    messages.setdefault(message.id, str(message.string))
    return messages


@dataclass(frozen=True)
class Text:
    """A sentence to be shown later: English ``msgid`` with ``%(name)s`` places.

    Parameters may themselves be Text, dates, aware datetimes or Money; they are
    written in the locale of the reader. A law is named by its mark, ``[CPL 62]``, and a length of time that a law sets by its own,
    ``[time answer]``: see :func:`with_law`.
    """

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def render(self, locale: str) -> str:
        """The sentence in ``locale`` ("en" or "zh-Hans")."""
        message = with_law(catalogue(locale).get(self.msgid, self.msgid), locale)
        if not self.params:
            return message.replace("%%", "%")
        if locale == SOURCE_LOCALE and (ones := [name for name, value in self.params.items() if counts_one(value)]):
            message = of_one(message, frozenset(ones))
        return message % {name: write(value, locale) for name, value in self.params.items()}

    def __str__(self) -> str:
        return self.render(SOURCE_LOCALE)

    def __hash__(self) -> int:
        return hash((self.msgid, tuple(sorted((k, str(v)) for k, v in self.params.items()))))


_LAW = re.compile(r" ?\[(=?)([A-Z]{2,8} \d[^\[\]]*)\]|\[time ([a-z_.]+)\]")
"""Where a sentence names its law, or a length of time that is set there."""
NO_SUCH_TIME = {"en": "the time this court sets", "zh-Hans": "本院规定的期限"}
"""In the place of a length where the court's rules set none."""


_Writes = Callable[[str, str], str]


class Law(Protocol):
    """The rules that a court applies, as its sentences tell them."""

    def in_words(self, articles: str, locale: str, /) -> str:
        """``("CPL 62", "en")``: title and place, or nothing where the rules know no such law."""

    def lasts(self, time_limit: str, locale: str, /) -> str:
        """``("answer", "en")``: "15 days", or nothing where the rules know no such time limit."""


class _NoLaw:
    """What a process knows of law before it serves a court."""

    def in_words(self, articles: str, locale: str, /) -> str:
        return ""

    def lasts(self, time_limit: str, locale: str, /) -> str:
        return ""


class _Court:
    """Whose law the court of this process applies."""

    law: Law = _NoLaw()


def applies(law: Law) -> None:
    """Name articles and lengths of time in sentences as these rules do from here on. A process serves one court, and says so before
    anything is written.
    """
    _Court.law = law


def with_law(message: str, locale: str) -> str:
    """A message with its law in words: ``[CPL 62]`` becomes the title and the place in brackets, ``[=CPL 62]`` without them. A
    court of another country leaves them out with what stands before them: its readers are told no law that is not theirs.
    ``[time answer]`` becomes as long as the court's rules set it, "15 days".
    """
    law = _Court.law
    return _with_law(message, locale, law.in_words, law.lasts) if "[" in message else message


@lru_cache(maxsize=2_000)
def _with_law(message: str, locale: str, cites: _Writes, lasts: _Writes) -> str:
    def written(found: re.Match[str]) -> str:
        if found[3]:
            return lasts(found[3], locale) or NO_SUCH_TIME[locale]
        named = cites(found[2], locale).replace("%", "%%")
        if not named or found[1]:
            return f"{' ' if named and found[0].startswith(' ') else ''}{named}"
        return f"（{named}）" if locale == "zh-Hans" else f" ({named})"

    return _LAW.sub(written, message)


def T(msgid: str, /, **params: Any) -> Text:  # noqa: N802 - the mark that extraction looks for
    """Short constructor, also the keyword by which messages are extracted."""
    return Text(msgid, params)


def words_of(text: Text) -> dict[str, str]:
    """The words in every language of the court, as an entry or a paper keeps them: as they stood when it was made."""
    return {locale: text.render(locale) for locale in LOCALES}


@dataclass(frozen=True)
class Kept(Text):
    """Words that were kept in every language, such as a task's title, to be used like any other text."""

    words: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Kept:
        """From what was kept: locale → words, English among them."""
        return cls(words[SOURCE_LOCALE], {}, words)

    def render(self, locale: str) -> str:
        """The words of ``locale``, in English where they were not kept in it."""
        return self.words.get(locale, self.msgid)

    __hash__ = Text.__hash__


SIGNS = {
    "en": {",": ", ", ";": "; ", ":": ": ", " ": " ", "、": "; "},
    "zh-Hans": {",": "、", ";": "；", ":": "：", " ": "", "、": "、"},
}
"""What stands between the parts of a line: in Chinese full-width, and names or numbers one after another have 、 there."""


@dataclass(frozen=True)
class SideBySide(Text):
    """Names, labels or sentences in one line, with the sign of the reader's language between them."""

    items: tuple[Any, ...] = ()

    def render(self, locale: str) -> str:
        """The items in ``locale``, each written for its reader."""
        return SIGNS[locale][self.msgid].join(write(item, locale) for item in self.items)

    __hash__ = Text.__hash__


def side_by_side(items: Iterable[Any], sign: str = ",") -> SideBySide:
    """Items as one text: ``,`` between names and numbers, ``;`` between sentences, ``:`` between a name and what it says, ``、``
    between articles of several laws, a space between sentences of one paragraph, where Chinese has nothing.
    """
    return SideBySide(sign, {}, tuple(items))


@dataclass(frozen=True, order=True)
class Money:
    """An amount in integer minor units of a currency (ISO 4217)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return write(self, SOURCE_LOCALE)


class LastDay(date):
    """The last day of a time limit where that day is over before midnight, as at four o'clock: it is written with its hour, and
    is a day like any other for everything else. A day reckoned from it has no hour.
    """

    closes: time | None = None

    @classmethod
    def of(cls, moment: datetime) -> LastDay:
        """The day of a moment, which closes with it; in its own zone."""
        made = cls(moment.year, moment.month, moment.day)
        made.closes = moment.time()
        return made

    @property
    def plain(self) -> date:
        """It without its hour."""
        return date(self.year, self.month, self.day)


_ENDS = time(23, 59)
"""From this minute on a day is over with itself, and its hour need not be told."""


def last_day(due_at: datetime, zone: tzinfo) -> date:
    """The court's day on which a time limit ends, with its hour where the rules close the day sooner (CPR 2.8, PD 5B 4): an end at
    midnight still belongs to the day before.
    """
    last = (due_at - timedelta(microseconds=1)).astimezone(zone)
    return last.date() if last.time() >= _ENDS else LastDay.of(due_at.astimezone(zone))


@dataclass(frozen=True)
class PaperDay:
    """A day as the text of a decision names it: without the weekday."""

    day: date


@dataclass(frozen=True)
class ShortDay:
    """A day where there is little room, such as in a subject line: without weekday and year."""

    day: date


@dataclass(frozen=True)
class Month:
    """The month of a day, with its year."""

    day: date

    @classmethod
    def of(cls, written: str) -> Month:
        """From how it is kept: ``2026-08``. Raises ValueError."""
        return cls(date.fromisoformat(f"{written}-01"))


@dataclass(frozen=True)
class ShortInstant:
    """A day and its hour where there is little room: without weekday and year. The hour is that of its own zone."""

    at: datetime


def write(value: Any, locale: str, tz: ZoneInfo | None = None) -> str:
    """Write any value of the court's for a reader: text, money, day, instant."""
    if value.__class__ is str:
        return value
    if isinstance(value, Text):
        return value.render(locale)
    if isinstance(value, Money):
        return write_money(value, locale)
    if isinstance(value, LastDay):
        return _with_hour(write_day(value.plain, locale), value, locale)
    if isinstance(value, ShortDay) and isinstance(value.day, LastDay):
        return _with_hour(write(ShortDay(value.day.plain), locale), value.day, locale)
    if isinstance(value, ShortDay):
        return _dated(value.day, "M月d日", "d MMMM", locale)
    if isinstance(value, Month):
        return write_month(value.day, locale)
    if isinstance(value, ShortInstant):
        return f"{write(ShortDay(value.at.date()), locale)}{'' if locale == 'zh-Hans' else ', '}{value.at:%H:%M}"
    if isinstance(value, PaperDay):
        return write_paper_day(value.day, locale)
    if isinstance(value, datetime):
        return write_instant(value, locale, tz)
    if isinstance(value, date):
        return write_day(value, locale)
    return str(value)


def _with_hour(day: str, last: LastDay, locale: str) -> str:
    if last.closes is None:
        return day
    return f"{day}{'' if locale == 'zh-Hans' else ', '}{last.closes:%H:%M}"


@lru_cache(maxsize=2_000)
def write_money(money: Money, locale: str) -> str:
    """``CNY 3,240.00`` in English, ``3,240.00元`` in Chinese; never a bare symbol. What is taken off has a minus sign,
    not a hyphen.
    """
    precision = get_currency_precision(money.currency)
    pattern = "#,##0." + "0" * precision if precision else "#,##0"
    number = format_currency(
        Decimal(money.minor).scaleb(-precision), money.currency, format=pattern, locale="en", currency_digits=False
    ).replace("-", "\u2212")
    if locale == "zh-Hans" and money.currency == "CNY":
        return f"{number}元"
    return f"{money.currency}\u00a0{number}"


@lru_cache(maxsize=2_000)
def write_day(day: date, locale: str) -> str:
    """``Monday 27 April 2026`` or ``2026年4月27日（星期一）``."""
    return _dated(day, "y年M月d日（EEEE）", "EEEE d\u00a0MMMM y", locale)


@lru_cache(maxsize=500)
def write_month(day: date, locale: str) -> str:
    """The month a day is in: ``April 2026`` or ``2026年4月``."""
    return _dated(day, "y年M月", "MMMM y", locale)


def write_paper_day(day: date, locale: str) -> str:
    """``27 April 2026`` or ``2026年4月27日``: a day in the text of a decision."""
    return _dated(day, "y年M月d日", "d\u00a0MMMM y", locale)


def _dated(day: date, chinese: str, english: str, locale: str) -> str:
    """A day after a pattern of the reader's language."""
    _must_be_day(day)
    if locale == "zh-Hans":
        return format_date(day, chinese, locale=Locale("zh", script="Hans"))
    return format_date(day, english, locale="en")


def _must_be_day(day: object) -> None:
    """Raises TypeError for what is no day: for nothing the library would write today, for an instant the day it is elsewhere."""
    if type(day) is not date:
        raise TypeError(f"a day is a date, not {day!r}")


_FIGURES = "〇一二三四五六七八九"


def write_signed_day(day: date, locale: str) -> str:
    """The day under a decision: in Chinese numerals (``二〇二六年四月二十七日``), else as in its text."""
    if locale != "zh-Hans":
        return write_paper_day(day, locale)
    _must_be_day(day)
    year = "".join(_FIGURES[int(figure)] for figure in f"{day.year:04d}")
    return f"{year}年{_up_to_99(day.month)}月{_up_to_99(day.day)}日"


def _up_to_99(number: int) -> str:
    """4 → 四, 10 → 十, 27 → 二十七."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _FIGURES[tens] + "十") + (_FIGURES[ones] if ones else "")


class _Seat:
    """Where the court of this process sits."""

    zone = ZoneInfo("Asia/Shanghai")


def sits_in(zone: ZoneInfo) -> None:
    """Tell hours as they are in this zone from now on: a process serves one court, and says so before anything is written. A
    summons for half past ten in London must not tell of the hour it then is in Shanghai.
    """
    _Seat.zone = zone


def write_instant(at: datetime, locale: str, tz: ZoneInfo | None = None) -> str:
    """A local day and minute in the zone the court sits in. Without a time it fails: the library would write now."""
    zone = tz or _Seat.zone
    # A time without a zone is one of UTC, to the library too.
    return _write_minute(at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC), locale, zone)


@lru_cache(maxsize=2_000)
def _write_minute(at: datetime, locale: str, zone: ZoneInfo) -> str:
    if locale == "zh-Hans":
        return format_datetime(at, "y年M月d日 HH:mm", tzinfo=zone, locale=Locale("zh", script="Hans"))
    return format_datetime(at, "d\u00a0MMMM y, HH:mm", tzinfo=zone, locale="en")


_PLACE = re.compile(r"%\((\w+)\)s")


def places(message: str) -> set[str]:
    """Names of the parameters a message has; a translation must have the same."""
    return set(_PLACE.findall(message))


def written_in(words: str) -> str | None:
    """In which language of the court somebody wrote: "zh-Hans" or "en"; None where there is no word. A Chinese sign says
    about as much as four letters, so a name in the other script decides nothing.
    """
    signs = sum("\u3400" <= sign <= "\u9fff" for sign in words)
    letters = sum(sign.isalpha() and not "\u3400" <= sign <= "\u9fff" for sign in words)
    if not signs and not letters:
        return None
    return "zh-Hans" if 4 * signs >= letters else "en"


# English that counts one thing: "1 day", where a sentence is written for several. The sentence in the source is its English, and every
# number goes through it; Chinese has one form for all. So one rule bends the noun after a number that is one, and the verb right
# after that noun, rather than two sentences in each of two hundred places, one of them forgotten.

NOUNS = {
    "addresses": "address",
    "authorities": "authority",
    "entries": "entry",
    "people": "person",
    "searches": "search",
    "tries": "try",
    "witnesses": "witness",
}
"""Those whose one is not the word without its last letter."""
_REGULAR = """
    acts administrators answers bytes cases causes characters claimants claims codes complaints days decimals
    decisions differences digests digits disputes dockets events exhibits facts fees figures files heads hearings
    hours instalments judgments kinds limits lines lookups makers mediations messages minutes months notes orders
    others pages papers parts persons photographs pictures pieces places points procedures questions
    representatives rooms rulings seats seconds sentences signs stages states steps texts things ties times words
    years
    """
REGULAR = frozenset(_REGULAR.split())
VERBS = {"are": "is", "were": "was", "have": "has", "do": "does", "go": "goes", "carry": "carries"} | {
    verb: f"{verb}s" for verb in ["wait", "stand", "belong", "come", "end", "run", "name"]
}
NUMBERED = frozenset({"number", "case", "label", "name", "ordinal"})
"""What a name or the number of one thing is called: "order 1 answers" counts nothing."""
_ONES = NOUNS | {noun: noun[:-1] for noun in REGULAR}
_BETWEEN = "in all|of it|of evidence|of the public|it needs|before it|you sent|that|of this kind and procedure that"
"""What may stand between what is counted and its verb."""
_COUNTED = re.compile(
    rf"(There are )?%\((\w+)\)s((?: (?!and |of |to |in |for |than )[a-z]+){{0,2}}?) ({'|'.join(_ONES)})\b(?! and [a-z])"
    rf"(?:( (?:{_BETWEEN}))? ({'|'.join(VERBS)})\b)?"
)


def counts_one(value: Any) -> bool:
    """Whether a parameter is the number one."""
    return (value.__class__ is int and value == 1) or value == "1"


@lru_cache(maxsize=1_000)
def of_one(message: str, names: frozenset[str]) -> str:
    """The English sentence where the parameters of these names are one: their places stay."""

    def bent(found: re.Match[str]) -> str:
        there, name, before, noun, after, verb = found.groups()
        if name not in names or name in NUMBERED:
            return found[0]
        whole = f"{'There is ' if there else ''}%({name})s{before} {_ONES[noun]}"
        return f"{whole}{after or ''} {VERBS[verb]}" if verb else whole

    return _COUNTED.sub(bent, message)
