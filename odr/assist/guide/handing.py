"""A question the guide did not answer, handed to the registry: what was asked and how to reach whoever asks, for one answer.

It is no part of a case. Both are sealed; the registry reads them until it has answered, and after 30 days they are erased.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.assist.guide.asking import LONGEST
from odr.assist.guide.gaps import forget_old
from odr.assist.guide.models import GuideQuestion
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import T
from odr.identity.accounts import accounts, outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.sign_in.keys import keyring
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import Period, Unit
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.court import Court

PURPOSE = "guide question"
ANSWER_IN = Period(amount=1, unit=Unit.WORKING_DAYS)
KEPT = timedelta(days=30)
AT_ONCE = 500
A_PAGE = 50
LEAST_DIGITS = 6


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

    @property
    def by_mail(self) -> bool:
        """Whether an e-mail address was given."""
        return "@" in self.contact


def hand_over(court: Court, session: Session, given: HandOverInput, locale: str) -> GuideQuestion:
    """Keep a question for the registry. Raises InvalidInput for a contact that is neither an address nor a number."""
    contact = given.contact
    if "@" in contact:
        contact = accounts.normal_email(contact, "contact")
    elif sum(sign.isdigit() for sign in contact) < LEAST_DIGITS:
        raise InvalidInput.at("contact", T("Write a telephone number or an e-mail address."))
    now = court.clock.now()
    pack = court.packs.in_force(court.settings.pack, now.astimezone(court.settings.tz).date())
    row = GuideQuestion(
        locale=locale,
        sealed=keyring(court.settings.secret_key).seal(PURPOSE, json.dumps([given.question, contact])),
        asked_at=now,
        due_at=reckon(pack, ANSWER_IN, now, article="COURT desk-days").due_at,
    )
    session.add(row)
    session.flush()
    return row


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
    if handed.by_mail:
        ring = keyring(court.settings.secret_key)
        outbox.keep(session, ring, [letter_of(court, handed, given)], court.clock.machine_now())
    return handed


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
    question, contact = json.loads(opened) if opened else ("", "")
    return Handed(row.reference, question, contact, row.locale, row.asked_at, row.due_at, row.answered_at)


def erase_due(court: Court) -> int:
    """For the worker: questions older than 30 days, answered or not, and what was not asked for a year. How many lines."""
    now = court.clock.now()
    old = select(GuideQuestion.id).where(GuideQuestion.asked_at < now - KEPT).order_by(GuideQuestion.id).limit(AT_ONCE)
    with court.database.write() as session:
        found = list(session.scalars(old))
        session.execute(delete(GuideQuestion).where(GuideQuestion.id.in_(found)))
        return len(found) + forget_old(session, now)
