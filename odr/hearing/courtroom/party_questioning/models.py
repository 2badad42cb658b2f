"""A party that the court questions in person, and what became of it (CPI 110; EV 64 to 66)."""

from __future__ import annotations

import enum

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.docket.models import Party
from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import T, Text as Words
from odr.hearing.models import Hearing


class QuestioningState(enum.Enum):
    """How far the questioning of a party in person is."""

    ORDERED = "ordered"  # called to a hearing; not recorded yet
    QUESTIONED = "questioned"  # answered after the undertaking
    BEFORE_JUDGE = "before_judge"  # not questioned; the judge has to say whether there was a good reason
    EXCUSED = "excused"  # not questioned, for a good reason: held against nobody
    REFUSED = "refused"  # not questioned, without a good reason: weighed when the facts are found (EV 66)
    LIFTED = "lifted"  # not needed any more

    @property
    def label(self) -> Words:
        """The state in words."""
        return STATE_WORDS[self]


STATE_WORDS = {
    QuestioningState.ORDERED: T("Called to be questioned in person"),
    QuestioningState.QUESTIONED: T("Questioned in person"),
    QuestioningState.BEFORE_JUDGE: T("Not questioned: the judge says whether there was a good reason"),
    QuestioningState.EXCUSED: T("Not questioned, for a good reason"),
    QuestioningState.REFUSED: T("Refused to be questioned, without a good reason"),
    QuestioningState.LIFTED: T("Not needed any more"),
}


class QuestioningOutcome(enum.Enum):
    """What happened when a party was to be questioned in person: that it was, or in which way it was not (EV 66)."""

    ANSWERED = "answered"  # questioned, and answered
    NOT_COME = "not_come"  # did not come
    NOT_SIGNED = "not_signed"  # did not sign the undertaking
    NOT_READ = "not_read"  # did not read the undertaking aloud
    NOT_ANSWERED = "not_answered"  # did not let themselves be questioned

    @property
    def label(self) -> Words:
        """The outcome in words."""
        return OUTCOME_WORDS[self]


OUTCOME_WORDS = {
    QuestioningOutcome.ANSWERED: T("They were questioned and answered"),
    QuestioningOutcome.NOT_COME: T("They did not come"),
    QuestioningOutcome.NOT_SIGNED: T("They did not sign the undertaking"),
    QuestioningOutcome.NOT_READ: T("They did not read the undertaking aloud"),
    QuestioningOutcome.NOT_ANSWERED: T("They did not let themselves be questioned"),
}


class PartyQuestioning(Base):
    """One party called to a hearing to be questioned in person about some facts, from the order to what became of it.

    Of an organisation ``person`` is who comes for it. ``facts`` are numbers of rows.
    """

    __tablename__ = "party_questioning"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"))
    person: Mapped[str] = mapped_column(String(200))
    facts: Mapped[list[int]] = mapped_column(JSON)
    about: Mapped[str] = mapped_column(Text)
    state: Mapped[QuestioningState] = mapped_column(enum_column(QuestioningState))
    entry_number: Mapped[int]
    undertaken_by: Mapped[int | None]
    """Entry by which the undertaking was signed: the party's own, or the record where it was signed on paper."""
    outcome: Mapped[QuestioningOutcome | None] = mapped_column(enum_column(QuestioningOutcome))
    words: Mapped[str | None] = mapped_column(Text)
    """What was asked and answered, or what who refused said for it."""
    recorded_by: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(Text)
    """Why it was ended, or why the reason for staying away is a good one or not."""
    ended_by: Mapped[int | None]

    party: Mapped[Party] = relationship(lazy="joined")
    hearing: Mapped[Hearing] = relationship(lazy="joined")
