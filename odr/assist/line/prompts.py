"""What a telephone says: recorded files, each named by the words it speaks; and the list of what has to be recorded.

Nothing is spoken by a machine that makes up sound: a court records these sentences once in each language. A day is said by a
month and a day, an hour by its digits. Other words in a language have another name there, so a recording of older words is never played.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import get_month_names

from odr.assist.line.replies import Kind, Reply
from odr.docket.models import Outcome, Stage
from odr.ground.text import LOCALES, T, Text
from odr.procedure.case.course import WORDS
from odr.register.process.queries import DECISION, HEARING, TOLD, Progress

if TYPE_CHECKING:
    from odr.procedure.rules.pack import RulePack

WELCOME = T("This is the court. For English, press 1. For Chinese, press 2.")
MENU = T(
    "To hear how far a case has come, press 1. To have the registry call you, press 2. For the other language, press 3. To hear this again, press 9."
)
YEAR = T("Type the year of the case number, four digits.")
NUMBER = T("Type the last digits of the case number, then the hash key.")
CODE = T("Type the code on your letter, eight keys: for each letter, the key that bears it.")
OWN_NUMBER = T("To be called at the number you are calling from, press 1. For another number, press 2.")
PHONE = T("Type the telephone number to be called, then the hash key.")
NOT_UNDERSTOOD = T("That was not understood.")
GOODBYE = T("Thank you for calling. Goodbye.")
NOW = T("The case is now at this stage:")
SINCE = T("since")
CLOSED = T("The case is closed:")
STAYED = T("The case has stood still since")
NEXT = T("What comes next:")
BY = T("by the end of")
AT = T("on")
OCLOCK = T("at")
NO_CASE = T("No case is found by this number and this code together. Look at both on your newest letter.")
WAIT = T("There were too many tries. Please call again later.")
NOTED = T("The registry calls you. It never asks for a password, a code or money. It calls by the end of")

SENTENCES = (
    *(WELCOME, MENU, YEAR, NUMBER, CODE, OWN_NUMBER, PHONE, NOT_UNDERSTOOD, GOODBYE, NOW, SINCE, CLOSED, STAYED, NEXT),
    *(BY, AT, OCLOCK, NO_CASE, WAIT, NOTED),
)


def key_of(text: Text, locale: str) -> str:
    """The name of the recording of a sentence in a language: its first words in English, and a mark of the whole as it is read aloud."""
    mark = hashlib.sha256(text.render(locale).encode()).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', text.msgid.lower()).strip('-')[:32].strip('-')}-{mark}"


def spoken(reply: Reply, locale: str) -> tuple[str, ...]:
    """The recordings of a reply in a language, in order; none for what a telephone does not say."""
    if reply.kind is Kind.STATUS and reply.progress is not None:
        parts: Iterable[Text | str] = _progress(reply.progress)
    elif reply.kind is Kind.CALL_NOTED and reply.day is not None:
        parts = [NOTED, *_day(reply.day)]
    else:
        said = {Kind.NO_CASE: NO_CASE, Kind.WAIT: WAIT}.get(reply.kind)
        parts = (said,) if said is not None else ()
    return tuple(key_of(one, locale) if isinstance(one, Text) else one for one in parts)


def _progress(found: Progress) -> Iterator[Text | str]:
    if found.outcome is not None:
        yield from (CLOSED, found.outcome, SINCE)
        yield from _day(found.now.on)
        return
    if found.stayed_since is not None:
        yield STAYED
        yield from _day(found.stayed_since)
        return
    yield from (NOW, found.now.title, SINCE)
    yield from _day(found.now.on)
    ahead = found.next
    if ahead is None:
        return
    yield from (NEXT, ahead.title, AT if ahead.at is not None else BY)
    yield from _day(ahead.on)
    if ahead.at is not None:
        yield OCLOCK
        yield from (f"digit-{digit}" for digit in f"{ahead.at:%H%M}")


def _day(day: date) -> tuple[str, ...]:
    return f"month-{day.month}", f"day-{day.day}"


@dataclass(frozen=True)
class Recording:
    """A file that has to be recorded: its path under the sounds, and what is read into it."""

    path: str
    words: str


def recordings(packs: Sequence[RulePack]) -> list[Recording]:
    """Everything the telephone may say under these rules, in both languages."""
    found = []
    for locale in LOCALES:
        months = get_month_names("wide", locale="zh" if locale == "zh-Hans" else "en")
        said = {key_of(text, locale): text.render(locale) for text in _texts(packs)}
        said |= {f"month-{month}": str(months[month]) for month in range(1, 13)}
        said |= {f"day-{day}": f"{day}日" if locale == "zh-Hans" else str(day) for day in range(1, 32)}
        said |= {f"digit-{digit}": str(digit) for digit in range(10)}
        found += [Recording(f"court/{locale}/{key}", words) for key, words in said.items()]
    return found


@dataclass(frozen=True)
class Lacking:
    """A sentence without its recording; ``older``: the file in which other words of it were recorded before."""

    recording: Recording
    older: str | None


def lacking(folder: Path, listed: Sequence[Recording]) -> list[Lacking]:
    """What is not there, under the sounds of an exchange. An empty file is no recording."""
    there: dict[str, list[str]] = {}
    for where in {str(Path(one.path).parent) for one in listed}:
        files = sorted((folder / where).iterdir()) if (folder / where).is_dir() else []
        there[where] = [one.name for one in files if one.is_file() and one.stat().st_size]
    current = {Path(one.path).name for one in listed}
    found = []
    for one in listed:
        where, name = str(Path(one.path).parent), Path(one.path).name
        if any(file.partition(".")[0] == name for file in there[where]):
            continue
        first = _MARK.sub("", name)
        older = (file for file in there[where] if _first(file) == first and file.partition(".")[0] not in current)
        found.append(Lacking(one, next(older, None) if first != name else None))
    return found


_MARK = re.compile("-[0-9a-f]{8}$")


def _first(file: str) -> str | None:
    name = file.partition(".")[0]
    return _MARK.sub("", name) if _MARK.search(name) else None


def _texts(packs: Sequence[RulePack]) -> Iterator[Text]:
    yield from SENTENCES
    yield from (WORDS.get(stage, stage.label) for stage in Stage)
    yield from (outcome.label for outcome in Outcome)
    yield from (HEARING, DECISION)
    for pack in packs:
        yield from (rule.title for key, rule in pack.windows.rules.items() if key.startswith(TOLD))
