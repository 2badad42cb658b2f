"""Tables of the guide: what it could not answer, by count, and questions handed to the registry."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class GapKind(enum.Enum):
    """Why a question is on the list."""

    UNKNOWN = "unknown"  # the guide said that it does not know
    NOT_IT = "not_it"  # passages were quoted, and somebody said that they were not what was meant
    NOT_OURS = "not_ours"  # chances or advice were asked for

    @property
    def label(self) -> Words:
        """The reason in words."""
        return {
            GapKind.UNKNOWN: T("Nothing was found"),
            GapKind.NOT_IT: T("What was found was not it"),
            GapKind.NOT_OURS: T("Chances or advice"),
        }[self]


class GuideGap(Base):
    """A question, or a word of one, that was not answered: how often, and in words only once enough people asked it.

    ``mark`` tells two askings of the same question from two questions, and nothing can be read from it. There is no line
    of one asking: who asked, when, or from where is not kept.
    """

    __tablename__ = "guide_gap"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[GapKind] = mapped_column(enum_column(GapKind))
    locale: Mapped[str] = mapped_column(String(10))
    is_word: Mapped[bool] = mapped_column()
    """Whether it is one word of questions, and not a whole one."""
    count: Mapped[int] = mapped_column()
    words: Mapped[str | None] = mapped_column(String(400))
    """Masked, and there only from :data:`odr.assist.guide.gaps.FEWEST` askings on."""
    month: Mapped[date] = mapped_column(Date, index=True)
    """Month of the last asking."""


class CallOutcome(enum.Enum):
    """What became of a call that somebody asked for."""

    TOLD = "told"  # they were reached, and heard the answer
    NOT_REACHED = "not_reached"  # nobody answered: it is tried again, three times in all
    NOT_THEIRS = "not_theirs"  # the number is somebody else's, or none

    @property
    def label(self) -> Words:
        """The outcome in words."""
        return {
            CallOutcome.TOLD: T("They were reached, and heard the answer"),
            CallOutcome.NOT_REACHED: T("Nobody answered"),
            CallOutcome.NOT_THEIRS: T("The number is not theirs, or does not exist"),
        }[self]


class GuideQuestion(Base):
    """A question somebody handed to the registry, with how to reach them: sealed, and erased once it was answered,
    after 30 days in any case.
    """

    __tablename__ = "guide_question"
    __table_args__ = (Index("ix_guide_question_waiting", "answered_at", "due_at", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    locale: Mapped[str] = mapped_column(String(10))
    sealed: Mapped[str] = mapped_column(Text)
    """Question, contact and what the guide had quoted, readable with the court's key only."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by: Mapped[int | None] = mapped_column(BigInt)
    mark: Mapped[str | None] = mapped_column(String(64), index=True)
    """For a call that was asked for: a keyed digest of number and matter, so that the same is asked for once."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often nobody answered the call."""
    outcome: Mapped[CallOutcome | None] = mapped_column(enum_column(CallOutcome))
