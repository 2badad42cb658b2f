"""The talk as a machine of states: what was said before, what is said now, and what follows. It reads no table and no clock.

Number and code may come in either order, together or apart. What was said in a message that is overtaken by a newer one is
answered, but takes back nothing of what the newer one set.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, Protocol

from odr.assist.guide.asking import Answer, Outcome
from odr.assist.guide.passages import Passage
from odr.assist.guide.tokens import is_chinese
from odr.assist.line import replies
from odr.assist.line.replies import Reply
from odr.assist.line.said import Said, Wants
from odr.ground.config import Settings
from odr.register.process.queries import Progress


@dataclass(frozen=True)
class Talk:
    """What a talk has come to. ``is_open``: number and code (or keys) have led to a case. ``newest``: when the newest message
    was sent, in seconds; ``rest``: parts of an answer that were not asked for yet.
    """

    locale: str
    chosen: bool = False
    number: str = ""
    code: str = ""
    keys: str = ""
    is_open: bool = False
    question: str = ""
    asks_phone: bool = False
    newest: float = 0.0
    rest: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of(cls, told: Any, locale: str) -> Talk:
        """As it was kept; a new talk where an earlier version kept something else."""
        names = {one.name for one in fields(cls)}
        if not isinstance(told, dict) or not set(told) <= names or "locale" not in told:
            return cls(locale)
        return cls(**{**told, "rest": tuple(told.get("rest", ()))})


class World(Protocol):
    """What the machine may ask of the court."""

    settings: Settings

    def look_up(self, number: str, code: str, keys: str) -> Progress | Reply:
        """The case behind number and code, or what is said where none is. A wrong try counts."""

    def again(self, number: str, code: str, keys: str) -> bool:
        """Whether what led to a case still does; counts nothing."""

    def ask(self, question: str) -> Answer:
        """The guide's answer."""

    def call(self, phone: str, question: str, number: str, locale: str) -> date | Reply:
        """Have the registry call: by which day, or what is said where a limit bites."""


def step(talk: Talk, said: Said, world: World, *, phone: str = "", sent: float | None = None) -> tuple[Talk, Reply]:
    """The talk after a message, and the answer. ``phone`` is the number the message came from, where it came from one."""
    was_overtaken = sent is not None and sent < talk.newest
    heard = _language(talk, said, was_overtaken=was_overtaken)
    after, reply = _answered(heard, said, world, phone)
    if was_overtaken:
        # It is answered for itself; what the newer message set stays.
        after = replace(talk, number=talk.number or after.number, code=talk.code or after.code, rest=after.rest)
        if not talk.is_open and after.number and after.code:
            after = replace(after, is_open=reply.progress is not None)
    elif sent is not None:
        after = replace(after, newest=max(sent, talk.newest))
    return after, reply


def _language(talk: Talk, said: Said, *, was_overtaken: bool) -> Talk:
    """In which language is answered: the one that was chosen, else that of the message's own words."""
    if was_overtaken or talk.chosen or said.wants is Wants.LANGUAGE or not any(c.isalpha() for c in said.words):
        return talk
    if is_chinese(said.words):
        return replace(talk, locale="zh-Hans")
    return replace(talk, locale="en") if said.wants in (Wants.QUESTION, Wants.CALL) else talk


def _answered(talk: Talk, said: Said, world: World, phone: str) -> tuple[Talk, Reply]:
    settings = world.settings
    if talk.asks_phone:
        talk = replace(talk, asks_phone=False)
        if said.wants is Wants.QUESTION and not said.phone and not any(c.isalpha() for c in said.words):
            return replace(talk, asks_phone=True), replies.ask_phone()
        if said.phone:
            return _call(talk, said, world, said.phone)
    match said.wants:
        case Wants.STATUS:
            return _status(talk, said, world)
        case Wants.CALL:
            return _call(talk, said, world, said.phone or phone)
        case Wants.MORE:
            if not talk.rest:
                return talk, replies.no_more()
            return replace(talk, rest=talk.rest[1:]), replies.rest_of(talk.rest[0])
        case Wants.LANGUAGE:
            return replace(talk, locale=said.locale or talk.locale, chosen=True, rest=()), replies.language()
        case Wants.QUESTION:
            return _question(talk, said, world)
    return talk, replies.help_reply(settings)


def _status(talk: Talk, said: Said, world: World) -> tuple[Talk, Reply]:
    waits_for_code = bool(talk.number) and not talk.is_open
    if said.code and not said.is_sure and not waits_for_code:
        return _question(talk, said, world)
    says_case = bool(said.number or said.code or said.keys)
    # A new number or code begins anew; what is missing is taken from what was sent before, while no case is open.
    before = replace(talk, number="", code="", keys="", is_open=False) if talk.is_open and says_case else talk
    number, code, keys = said.number or before.number, said.code or before.code, said.keys or before.keys
    if said.code or said.keys:
        code, keys = said.code, said.keys
    kept = replace(before, number=number, code=code, keys=keys)
    if not number:
        return kept, replies.ask_number()
    if not code and not keys:
        return kept, replies.ask_code(number)
    found = world.look_up(number, code, keys)
    if isinstance(found, Reply):
        return replace(kept, number="", code="", keys="", is_open=False), found
    return replace(kept, is_open=True, question="", rest=()), replies.status_reply(found)


def _question(talk: Talk, said: Said, world: World) -> tuple[Talk, Reply]:
    answer = world.ask(said.words)
    told = replace(talk, rest=(), question="")
    if answer.outcome is Outcome.NOT_OURS:
        return told, replies.not_ours(world.settings.advice_phone)
    passage: Passage | None = answer.finds[0].passage if answer.finds else answer.instead
    if passage is not None:
        return told, replies.passage_reply(passage, _site(world.settings))
    return replace(told, question=said.words), replies.unknown(world.settings.phone)


def _call(talk: Talk, said: Said, world: World, phone: str) -> tuple[Talk, Reply]:
    if not phone:
        return replace(talk, asks_phone=True), replies.ask_phone()
    has_case = talk.is_open and world.again(talk.number, talk.code, talk.keys)
    by = world.call(phone, talk.question, talk.number if has_case else "", talk.locale)
    if isinstance(by, Reply):
        return talk, by
    return replace(talk, is_open=has_case), replies.call_noted(by)


def _site(settings: Settings) -> str:
    return settings.base_url.split("://", 1)[-1].rstrip("/")
