"""A question the guide did not answer, handed to the registry: what was asked and how to reach whoever asks, for one answer.

It is no part of a case. Both are sealed, and erased once the registry has answered, after 30 days in any case.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.assist.guide.asking import LONGEST
from odr.assist.guide.gaps import forget_old
from odr.assist.guide.models import CallOutcome, GuideQuestion
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, last_day
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.sign_in.keys import keyring
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, field
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.court import Court

PURPOSE = "guide question"
KEPT = timedelta(days=30)
AT_ONCE = 500
A_PAGE = 50
LEAST_DIGITS = 6
DESK = "guide_question"
"""Kind of the task in the rules of the desks: by when the registry answers."""
MOST_TRIES = 3
"""So often the registry calls somebody who does not answer."""


class HandOverInput(CourtModel):
    """A question to the registry, and where the answer goes."""

    question: Annotated[
        str,
        CourtText(5, LONGEST),
        field(
            T("Your question"),
            T("Please leave out names, telephone and identity numbers."),
            widget="textarea",
        ),
    ]
    contact: Annotated[
        str,
        CourtText(5, 200, one_line=True),
        field(T("Telephone or e-mail"), T("For this one answer. Erased after 30 days.")),
    ]


class RegistryAnswer(CourtModel):
    """What the registry answers."""

    answer: Annotated[
        str,
        CourtText(5, 3000),
        field(
            T("Answer"),
            T(
                "How something is done here, with the page or the article. No advice, and nothing on how a case may end."
            ),
            widget="textarea",
        ),
    ]


class CallMade(CourtModel):
    """What became of a call."""

    outcome: Annotated[CallOutcome, Choice(CallOutcome), field(T("What became of the call?"))]


@dataclass(frozen=True)
class Handed:
    """A question as the registry reads it. ``by_mail``: whether the answer can be sent; otherwise somebody calls."""

    reference: str
    question: str
    contact: str
    locale: str
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    number: str = ""
    """Number of the case a call is asked for in, where somebody proved to hold a letter of it."""
    tries: int = 0

    @property
    def by_mail(self) -> bool:
        """Whether an e-mail address was given."""
        return "@" in self.contact

    @property
    def waits_here(self) -> bool:
        """Whether somebody stands in the hall: nobody else is answered at the moment they ask."""
        return self.due_at <= self.asked_at


def hand_over(court: Court, session: Session, given: HandOverInput, locale: str) -> GuideQuestion:
    """Keep a question for the registry. Raises InvalidInput for a contact that is neither an address nor a number."""
    contact = given.contact
    if "@" in contact:
        contact = accounts.normal_email(contact, "contact")
    elif sum(sign.isdigit() for sign in contact) < LEAST_DIGITS:
        raise InvalidInput.at("contact", T("Write a telephone number or an e-mail address."))
    return _keep(court, session, [given.question, contact], locale)


def ask_for_call(
    court: Court, session: Session, phone: str, question: str, number: str, locale: str, *, is_waiting: bool = False
) -> GuideQuestion:
    """Have the registry call a telephone number: about a question the guide did not know, a case, or neither. Who asks for the
    same once more while it waits gets what they asked for before. ``is_waiting``: somebody stands in the hall, so it comes
    before what is due by a day.
    """
    mark = keyring(court.settings.secret_key).mac("call back", json.dumps([phone, question, number]))
    waiting_already = select(GuideQuestion).where(GuideQuestion.mark == mark, GuideQuestion.answered_at.is_(None))
    row = session.scalar(waiting_already.order_by(GuideQuestion.id).limit(1))
    if row is None:
        row = _keep(court, session, [question, phone, number], locale, mark)
        if is_waiting:
            row.due_at = row.asked_at
    return row


def _keep(court: Court, session: Session, told: list[str], locale: str, mark: str | None = None) -> GuideQuestion:
    now = court.clock.now()
    row = GuideQuestion(
        locale=locale,
        sealed=keyring(court.settings.secret_key).seal(PURPOSE, json.dumps(told)),
        asked_at=now,
        due_at=_due(court, now),
        mark=mark,
        tries=0,
    )
    session.add(row)
    session.flush()
    return row


def _due(court: Court, now: datetime) -> datetime:
    """By when the registry answers: as the rules of its desks say."""
    pack = court.packs.in_force(court.settings.pack, now.astimezone(court.settings.tz).date())
    desks = pack.desks
    if desks is None:
        raise ActNotOpen(T("The rules of this court say nothing of its desks."))
    time = desks.of(DESK)
    return reckon(pack, time.after, now, article=time.article).due_at


def last_day_of(court: Court, row: GuideQuestion) -> date:
    """The last day on which the registry answers."""
    return last_day(row.due_at, court.settings.tz)


def waiting(court: Court, session: Session, after: str | None = None) -> Listed[Handed]:
    """Questions nobody has answered yet, the next day due first."""
    query = select(GuideQuestion).where(GuideQuestion.answered_at.is_(None))
    page = page_of(session, query, (Key(GuideQuestion.due_at, datetime), Key(GuideQuestion.id)), after, A_PAGE)
    return page.of([_opened(court, row) for (row,) in page.rows])


def one_waiting(court: Court, session: Session, reference: str) -> Handed:
    """A question that waits. Raises NotFound."""
    row = session.scalar(
        select(GuideQuestion).where(GuideQuestion.reference == reference, GuideQuestion.answered_at.is_(None))
    )
    if row is None:
        raise NotFound
    return _opened(court, row)


def answer(court: Court, session: Session, reference: str, given: RegistryAnswer, by: int) -> Handed:
    """Answer a question: marked as answered, and the letter on its way, together or not at all; where there is no address
    somebody told it. The words of the answer are kept nowhere else. Raises ActNotOpen where somebody else has answered
    meanwhile.
    """
    row = session.scalar(select(GuideQuestion).where(GuideQuestion.reference == reference).with_for_update())
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise ActNotOpen(T("Somebody else has answered this question already."))
    row.answered_at, row.answered_by = court.clock.now(), by
    handed = _opened(court, row)
    _erase(court, row)
    if handed.by_mail:
        outbox.write(court, session, [letter_of(court, handed, given)])
    return handed


def note_call(court: Court, session: Session, reference: str, outcome: CallOutcome, by: int) -> bool:
    """Note what became of a call; whether it is off the desk. Where nobody answered it is due again, until it has been tried
    three times. Raises NotFound, ActNotOpen.
    """
    row = session.scalar(select(GuideQuestion).where(GuideQuestion.reference == reference).with_for_update())
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise ActNotOpen(T("Somebody else has answered this question already."))
    now = court.clock.now()
    if outcome is CallOutcome.NOT_REACHED:
        row.tries += 1
        row.due_at = _due(court, now)
        if row.tries < MOST_TRIES:
            return False
    row.answered_at, row.answered_by, row.outcome = now, by, outcome
    _erase(court, row)
    return True


def _erase(court: Court, row: GuideQuestion) -> None:
    """What was answered is read by nobody any more: neither the words nor how somebody is reached are kept."""
    row.sealed, row.mark = keyring(court.settings.secret_key).seal(PURPOSE, json.dumps(["", ""])), None


def letter_of(court: Court, handed: Handed, given: RegistryAnswer) -> Letter:
    """The answer as a letter, in the language of the question."""
    return Letter(
        to=handed.contact,
        subject=T("Answer to your question"),
        paragraphs=(
            T("You asked: %(question)s", question=handed.question),
            T("%(answer)s", answer=given.answer),
            T("This answers how something is done. It does not advise you, and decides nothing."),
        ),
        locale=handed.locale,
        site=site_of(court.settings.base_url),
    )


def _opened(court: Court, row: GuideQuestion) -> Handed:
    opened = keyring(court.settings.secret_key).unseal(PURPOSE, row.sealed)
    question, contact, *number = json.loads(opened) if opened else ("", "")
    return Handed(
        reference=row.reference,
        question=question,
        contact=contact,
        locale=row.locale,
        asked_at=row.asked_at,
        due_at=row.due_at,
        answered_at=row.answered_at,
        number="".join(number),
        tries=row.tries,
    )


def erase_due(court: Court) -> int:
    """For the worker: questions older than 30 days, answered or not, and what was not asked for a year. How many lines."""
    now = court.clock.now()
    until = now - KEPT
    with court.database.write() as session:
        old = built_once(
            lambda: (
                select(GuideQuestion.id).where(GuideQuestion.asked_at < until).order_by(GuideQuestion.id).limit(AT_ONCE)
            )
        )
        found = list(session.scalars(old))
        if found:
            session.execute(delete(GuideQuestion).where(GuideQuestion.id.in_(found)))
        return len(found) + forget_old(session, now)
