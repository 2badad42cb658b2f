"""What the line answers: one kind of reply after the other, in words that name nobody, the fullest first."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from odr.assist.guide.passages import Passage
from odr.ground.config import Settings
from odr.ground.text import LOCALES, Kept, ShortDay, ShortInstant, T, Text
from odr.register.process.queries import Ahead, Progress
from odr.service.packet.progress_codes import number_key


class Kind(enum.Enum):
    """The kinds of reply."""

    HELP = "help"
    STATUS = "status"
    ASK_NUMBER = "ask_number"
    ASK_CODE = "ask_code"
    NO_CASE = "no_case"
    WAIT = "wait"
    PASSAGE = "passage"
    UNKNOWN = "unknown"
    NOT_OURS = "not_ours"
    CALL_NOTED = "call_noted"
    ASK_PHONE = "ask_phone"
    NO_MORE = "no_more"
    MORE = "more"
    LANGUAGE = "language"
    LATE = "late"
    NOTHING = "nothing"  # nothing is sent


@dataclass(frozen=True)
class Reply:
    """An answer: its words, the fullest first; for a case, what a telephone says of it; for a passage, where it stands."""

    kind: Kind
    words: Sequence[Text]
    progress: Progress | None = None
    day: date | None = None
    place: str = ""


def help_reply(settings: Settings) -> Reply:
    """What one can send."""
    court = Kept.of({"en": settings.court_name, "zh-Hans": settings.court_name_zh})
    return Reply(
        Kind.HELP,
        (
            T(
                "%(court)s. Send number and code from your letter, or a question about the rules. “Call”: the registry calls you. “Zh”: Chinese. A text files nothing.",
                court=court,
            ),
            T(
                "Send number and code from your letter, or a question. “Call”: the registry calls you. A text files nothing."
            ),
        ),
    )


def status_reply(found: Progress) -> Reply:
    """How far a case has come: its stage, what comes next and by when."""
    return Reply(Kind.STATUS, tuple(_status(found)), found)


def short_number(number: str) -> str:
    """Year and last figures of a case number: all that one has to type."""
    return number_key(number)


def _status(found: Progress) -> Iterator[Text]:
    case, since = short_number(found.number), ShortDay(found.now.on)
    if found.outcome is not None:
        now = T("Case %(case)s is closed since %(day)s: %(how)s.", case=case, day=since, how=found.outcome)
    elif found.stayed_since is not None:
        now = T("Case %(case)s has stood still since %(day)s.", case=case, day=ShortDay(found.stayed_since))
    else:
        now = T("Case %(case)s since %(day)s: %(stage)s.", case=case, day=since, stage=found.now.title)
    call = T("“Call”: the registry calls you.")
    due = _due(found.next) if found.next is not None else None
    if due is not None:
        yield T("%(now)s %(due)s %(call)s", now=now, due=due, call=call)
        yield T("%(now)s %(due)s", now=now, due=due)
        yield T("Case %(case)s: %(due)s", case=case, due=due)
    yield T("%(now)s %(call)s", now=now, call=call)
    yield now


def _due(ahead: Ahead) -> Text:
    if ahead.at is not None:
        return T("Next: %(what)s, %(at)s.", what=ahead.title, at=ShortInstant(ahead.at))
    return T("Next: %(what)s, by the end of %(day)s.", what=ahead.title, day=ShortDay(ahead.on))


def ask_number() -> Reply:
    """A code came, and the number is missing."""
    return Reply(Kind.ASK_NUMBER, (T("Now send the year and the last digits of the case number, such as 2026 4471."),))


def ask_code(number: str) -> Reply:
    """A number came, and the code is missing."""
    words = T("Case %(case)s: now send the code beside the number on your letter.", case=short_number(number))
    return Reply(Kind.ASK_CODE, (words,))


def no_case(phone: str) -> Reply:
    """Number and code lead nowhere together; which of them is wrong is not said."""
    return Reply(
        Kind.NO_CASE,
        (
            T(
                "No case is found by this number and this code together. Look at both on your newest letter, or call %(phone)s.",
                phone=phone,
            ),
            T("No case is found by this number and this code together."),
        ),
    )


def nothing() -> Reply:
    """Nothing: it was said before."""
    return Reply(Kind.NOTHING, (Kept.of(dict.fromkeys(LOCALES, "")),))


def wait(minutes: int, phone: str) -> Reply:
    """A limit bites."""
    return Reply(
        Kind.WAIT,
        (
            T(
                "There were too many messages. Wait %(minutes)s minutes, or call %(phone)s.",
                minutes=minutes,
                phone=phone,
            ),
        ),
    )


def passage_reply(passage: Passage, site: str) -> Reply:
    """A passage of the rules word for word, and where it stands."""
    place = f"{site}{passage.place}"
    told = {"title": passage.title, "text": passage.text, "place": place}
    asks = passage.title.render("en").endswith("?")
    said = T("%(title)s %(text)s (%(place)s)", **told) if asks else T("%(title)s: %(text)s (%(place)s)", **told)
    return Reply(Kind.PASSAGE, (said,), place=passage.place)


def unknown(phone: str) -> Reply:
    """The guide does not know: the registry takes over, if it is wanted."""
    return Reply(
        Kind.UNKNOWN,
        (
            T("I do not know. “Call”: the registry calls you about this question. Or call %(phone)s.", phone=phone),
            T("I do not know. “Call”: the registry calls you about this question."),
        ),
    )


def not_ours(advice: str) -> Reply:
    """Chances and advice: no court tells them to one side."""
    return Reply(
        Kind.NOT_OURS,
        (
            T(
                "How a case ends is decided by a judge; the court advises neither side. Free legal advice: %(phone)s.",
                phone=advice,
            )
            if advice
            else T("How a case ends is decided by a judge; the court advises neither side."),
        ),
    )


def call_noted(day: date) -> Reply:
    """The registry calls, by a day."""
    return Reply(
        Kind.CALL_NOTED,
        (
            T(
                "The registry calls you by the end of %(day)s. It never asks for a password, a code or money.",
                day=ShortDay(day),
            ),
        ),
        day=day,
    )


def ask_phone() -> Reply:
    """A call is wanted, and no number is known."""
    return Reply(Kind.ASK_PHONE, (T("Which telephone number may the registry call? Write it in digits, 6 to 15."),))


def no_more() -> Reply:
    """There is no further part."""
    return Reply(Kind.NO_MORE, (T("That was all. “Help” says what you can send."),))


def rest_of(part: str) -> Reply:
    """The next part of an answer, as it was cut."""
    return Reply(Kind.MORE, (Kept.of(dict.fromkeys(LOCALES, part)),))


def language() -> Reply:
    """Another language from now on."""
    return Reply(Kind.LANGUAGE, (T("From now on the court writes to you in English. “Help” says what you can send."),))


def late(sent: datetime) -> Reply:
    """A message was on its way for so long that nothing follows from it."""
    return Reply(
        Kind.LATE,
        (
            T(
                "Your message of %(at)s came late, so nothing was done. Send it again if you still need it.",
                at=ShortInstant(sent),
            ),
        ),
    )
