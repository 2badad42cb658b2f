"""A message of the line answered, once: the same message again gets the same answer and changes nothing.

A talk goes on where it stood, from any process, and is forgotten after :data:`LASTS`. Whose it is, and which message, is kept as
a keyed digest; what was said in it is sealed. A message that a limit refused has not been taken in.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from odr.assist.guide import gaps, handing
from odr.assist.guide.asking import Answer, Outcome, guide_of
from odr.assist.guide.models import GapKind
from odr.assist.line import replies
from odr.assist.line.cutting import one_message
from odr.assist.line.keypad_codes import case_behind_keys
from odr.assist.line.models import LineMessage, LineTalk
from odr.assist.line.prompts import spoken
from odr.assist.line.replies import Kind, Reply
from odr.assist.line.said import Said, Wants, phone_in, read, subscriber
from odr.assist.line.talk import Talk, step
from odr.docket.models import Case
from odr.ground.errors import TooMany
from odr.ground.memory.built_once import built_once
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.register.process.queries import Progress, progress_of
from odr.service.packet.progress_codes import case_behind, code_key, number_key

if TYPE_CHECKING:
    from odr.procedure.court import Court

LASTS = timedelta(hours=2)
"""How long a talk is remembered after the last message."""
KEPT = timedelta(days=3)
"""How long a message is known as one that was answered: no gateway sends one again later."""
LATE = timedelta(hours=6)
"""A message that was on its way for so long is told so, and nothing follows from it."""
AT_ONCE = 500
TRIES = 4
_TALK, _MESSAGE = "line talk", "line message"


class Channel(enum.Enum):
    """By which way somebody talks to the court."""

    WEB = "web"  # the page, or a program
    SMS = "sms"  # text messages
    PHONE = "phone"  # the keypad of a telephone


@dataclass(frozen=True)
class Incoming:
    """A message as it came. ``peer`` is the other side: a telephone number, or the token of a page; ``counted`` is who its messages
    are counted for, where that is not the peer; ``phone`` the number it came from, which may be called.
    """

    channel: Channel
    peer: str
    message: str
    said: Said
    locale: str
    phone: str = ""
    counted: str = ""
    sent_at: datetime | None = None

    @classmethod
    def text(cls, channel: Channel, peer: str, message: str, text: str, locale: str, **more: Any) -> Incoming:
        """A message in words."""
        return cls(channel, peer, message, read(text), locale, **more)


@dataclass(frozen=True)
class Outgoing:
    """An answer as it goes out: its words, in how many parts, what a telephone plays, and where a passage stands."""

    kind: str
    locale: str
    text: str
    prompts: tuple[str, ...] = ()
    place: str = ""
    has_more: bool = False


def answer(court: Court, came: Incoming) -> Outgoing:
    """The answer to a message; the one that was given, where it was answered before."""
    mark = keyring(court.settings.secret_key).mac(_MESSAGE, f"{came.channel.value}/{came.peer}/{came.message}")
    world = _World(court, came)
    for _ in range(TRIES - 1):
        try:
            return _once(court, came, mark, world)
        except IntegrityError:
            # The same message, or the first of the same talk, is being answered beside this one.
            world = _World(court, came)
    return _once(court, came, mark, world)


def _once(court: Court, came: Incoming, mark: str, world: _World) -> Outgoing:
    with court.database.read() as session:
        given = _given(court, session, mark)
    if given is not None:
        return given
    world.prepare()
    with court.database.write() as session:
        given = _given(court, session, mark)
        return given if given is not None else _take(court, session, came, mark, world)


def _take(court: Court, session: Session, came: Incoming, mark: str, world: _World) -> Outgoing:
    """A new message: counted, answered, and kept with what the talk has come to."""
    ring, now = keyring(court.settings.secret_key), court.clock.machine_now()
    row, talk = _talk(court, session, came)
    refused = world.count(session)
    if refused is not None:
        return _written(refused, talk.locale, came)[0]
    if came.sent_at is not None and now - came.sent_at > LATE:
        return _keep(
            court,
            session,
            mark,
            _written(replies.late(came.sent_at.astimezone(court.settings.tz)), talk.locale, came)[0],
        )
    # A clock of a telephone or gateway that is ahead does not make what follows late.
    sent = min(came.sent_at, now).timestamp() if came.sent_at is not None else None
    after, reply = step(talk, came.said, world, phone=came.phone, sent=sent)
    out, rest = _written(reply, _tongue(reply, world, after), came)
    if reply.kind is Kind.MORE:
        out = replace(out, has_more=bool(after.rest))
    elif rest:
        after = replace(after, rest=tuple(rest))
    if row is None:
        row = LineTalk(mark=ring.mac(_TALK, f"{came.channel.value}/{came.peer}"))
        session.add(row)
    row.sealed, row.said_at = ring.seal(_TALK, json.dumps(after.kept())), now
    return _keep(court, session, mark, out)


def _tongue(reply: Reply, world: _World, after: Talk) -> str:
    """A passage has the language in which it was found."""
    return world.answered.locale if reply.kind is Kind.PASSAGE and world.answered is not None else after.locale


def _talk(court: Court, session: Session, came: Incoming) -> tuple[LineTalk | None, Talk]:
    ring = keyring(court.settings.secret_key)
    mark = ring.mac(_TALK, f"{came.channel.value}/{came.peer}")
    row = session.scalar(select(LineTalk).where(LineTalk.mark == mark).with_for_update())
    if row is None or court.clock.machine_now() - row.said_at > LASTS:
        return row, Talk(came.locale)
    opened = ring.unseal(_TALK, row.sealed)
    return row, Talk.of(json.loads(opened) if opened else None, came.locale)


def _written(reply: Reply, locale: str, came: Incoming) -> tuple[Outgoing, list[str]]:
    if came.channel is Channel.SMS:
        first, *rest = one_message(reply.words, locale)
    else:
        first, rest = reply.words[0].render(locale), []
    prompts = spoken(reply, locale) if came.channel is Channel.PHONE else ()
    return Outgoing(reply.kind.value, locale, first, prompts, reply.place, bool(rest)), rest


def _keep(court: Court, session: Session, mark: str, out: Outgoing) -> Outgoing:
    ring = keyring(court.settings.secret_key)
    told = [out.kind, out.locale, out.text, list(out.prompts), out.place, out.has_more]
    session.add(LineMessage(mark=mark, sealed=ring.seal(_MESSAGE, json.dumps(told)), at=court.clock.machine_now()))
    session.flush()
    return out


def _given(court: Court, session: Session, mark: str) -> Outgoing | None:
    sealed = session.scalar(select(LineMessage.sealed).where(LineMessage.mark == mark))
    opened = keyring(court.settings.secret_key).unseal(_MESSAGE, sealed) if sealed is not None else None
    if opened is None:
        return None
    kind, locale, text, prompts, place, has_more = json.loads(opened)
    return Outgoing(kind, locale, text, tuple(prompts), place, has_more)


class _World:
    """What one message may ask of the court, within its transaction; the guide is asked before that begins."""

    def __init__(self, court: Court, came: Incoming) -> None:
        self.settings = court.settings
        self.answered: Answer | None = None
        self._court, self._came = court, came
        self._session: Session | None = None

    def prepare(self) -> None:
        """Ask the guide where the message may be a question: searching takes time, and holds no lock."""
        said = self._came.said
        if self.answered is None and (said.wants is Wants.QUESTION or not said.is_sure):
            self.answered = self._guide(said.words)

    def _guide(self, question: str) -> Answer:
        today = self._court.clock.now().astimezone(self.settings.tz).date()
        return guide_of(self._court.packs.in_force(self.settings.pack, today), today, self.settings).ask(question)

    def _on(self) -> Session:
        assert self._session is not None
        return self._session

    def _count(self, counted: Counted, subject: str) -> int:
        ring, now = keyring(self.settings.secret_key), self._court.clock.machine_now()
        return rate_limits.take(self._on(), ring, counted, subject, now)

    @property
    def _who(self) -> str:
        """Who it is counted for. A network is the same here as on the pages that count it too."""
        counted, channel = self._came.counted, self._came.channel
        return counted if channel is Channel.WEB and counted else f"line/{channel.value}/{counted or self._came.peer}"

    def _tries_of(self, number: str, code: str, keys: str) -> str:
        """For whom a try is counted: who sends. Whoever hides their number is not one with all who do: their tries are counted for
        the number and code they try, so that none of them spends those of another; what one code, one number and one call
        may take stays bounded besides.
        """
        if self._came.channel is Channel.PHONE and not self._came.phone:
            return f"line/hidden/{number_key(number)}/{code_key(code) or keys}"
        return self._who

    def _calls_from_a_party(self, case: Case) -> bool:
        calls = subscriber(self._came.phone)
        return bool(calls) and calls in {
            subscriber(phone_in(party.phone)) for party in case.parties if party.phone and party.left_at is None
        }

    def count(self, session: Session) -> Reply | None:
        """Count the message for whoever sends; what is said where there were too many."""
        self._session = session
        try:
            # A call is counted for itself: who hides their number is not one with all who do.
            is_call = self._came.channel is Channel.PHONE
            self._count(Counted.LINE_FROM, f"line/{self._came.peer}" if is_call else self._who)
        except TooMany:
            return self._wait(Counted.LINE_FROM) if self._is_told() else replies.nothing()
        return None

    def _is_told(self) -> bool:
        """Whether it is said that there were too many. A text message costs the court, and goes to a number anybody can write:
        it is said once, and what answers by itself is not answered for ever.
        """
        if self._came.channel is not Channel.SMS:
            return True
        try:
            self._count(Counted.LINE_TOLD, self._who)
        except TooMany:
            return False
        return True

    def _wait(self, counted: Counted) -> Reply:
        return replies.wait(int(LIMITS[counted].span.total_seconds() // 60), self.settings.phone)

    def look_up(self, number: str, code: str, keys: str) -> Progress | Reply:
        """Each try counts before it is made, for the sender, the number and the code; a right one is given back."""
        tries = [
            (Counted.PROGRESS_FROM, self._tries_of(number, code, keys)),
            (Counted.PROGRESS_CODE, code_key(code) or f"keys {keys}"),
            (Counted.KEYPAD_BY, f"{number_key(number)}/{subscriber(self._came.phone)}")
            if keys
            else (Counted.PROGRESS_NUMBER, number_key(number)),
        ]
        taken, strangers_wait = [], False
        for counted, subject in tries:
            try:
                taken.append(self._count(counted, subject))
            except TooMany:
                return self._wait(counted)
        if keys:
            try:
                taken.append(self._count(Counted.KEYPAD_NUMBER, number_key(number)))
            except TooMany:
                strangers_wait = True
        case = self._case(number, code, keys)
        # What others try shuts out nobody who calls from the telephone a party gave the court: whoever names that one falsely is
        # counted for it. Everybody else is told to wait, whether the code is right or not.
        if strangers_wait and (case is None or not self._calls_from_a_party(case)):
            return self._wait(Counted.KEYPAD_NUMBER)
        if case is None:
            return replies.no_case(self.settings.phone)
        rate_limits.give_back(self._on(), *taken)
        found, tz = progress_of(self._court.look(self._on()), case), self.settings.tz
        ahead = (replace(one, at=one.at.astimezone(tz)) if one.at is not None else one for one in found.ahead)
        return replace(found, ahead=tuple(ahead))

    def again(self, number: str, code: str, keys: str) -> bool:
        """Whether they still lead to a case."""
        return self._case(number, code, keys) is not None

    def _case(self, number: str, code: str, keys: str) -> Case | None:
        ring = keyring(self.settings.secret_key)
        if code:
            return case_behind(self._on(), ring, number, code)
        return case_behind_keys(self._on(), ring, number, keys) if keys else None

    def ask(self, question: str) -> Answer:
        """The guide's answer, counted where it had none."""
        if self.answered is None:
            self.answered = self._guide(question)
        kind = {Outcome.UNKNOWN: GapKind.UNKNOWN, Outcome.NOT_OURS: GapKind.NOT_OURS}.get(self.answered.outcome)
        if kind is not None:
            today = self._court.clock.now().astimezone(self.settings.tz).date()
            asker = gaps.Asker(self._who, self._court.clock.machine_now())
            ring = keyring(self.settings.secret_key)
            gaps.note(self._on(), ring, kind, question, self.answered.locale, today, asker)
        return self.answered

    def call(self, phone: str, question: str, number: str, locale: str) -> date | Reply:
        """Have the registry call a number, once for the same thing."""
        for counted, subject in ((Counted.GUIDE_FROM, self._who), (Counted.CALLED, subscriber(phone))):
            try:
                self._count(counted, subject)
            except TooMany:
                return self._wait(counted)
        row = handing.ask_for_call(self._court, self._on(), phone, question, number, locale)
        return handing.last_day_of(self._court, row)


def forget_old(court: Court) -> int:
    """For the worker: talks that ended and messages nobody sends again. How many lines."""
    now, done = court.clock.machine_now(), 0
    ended, answered = now - LASTS, now - KEPT
    talks = built_once(lambda: select(LineTalk.id).where(LineTalk.said_at < ended).order_by(LineTalk.id).limit(AT_ONCE))
    messages = built_once(
        lambda: select(LineMessage.id).where(LineMessage.at < answered).order_by(LineMessage.id).limit(AT_ONCE)
    )
    with court.database.write() as session:
        for table, old in ((LineTalk, talks), (LineMessage, messages)):
            found = list(session.scalars(old))
            if found:
                session.execute(delete(table).where(table.id.in_(found)))
            done += len(found)
    return done
