"""Tables of meetings on a case."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class Body(enum.Enum):
    """Before whom a case is put."""

    COMMITTEE = "committee"  # the adjudication committee: its decision is carried out (COL 5(8), 12)
    JUDGES = "judges"  # the judges' professional meeting: advice, no decision

    @property
    def label(self) -> Words:
        """The body in words."""
        return {
            Body.COMMITTEE: T("The adjudication committee"),
            Body.JUDGES: T("The judges’ professional meeting"),
        }[self]


class Ground(enum.Enum):
    """Why a panel asks for it (COL 12)."""

    DIFFICULT = "difficult"  # difficult, complex, of great weight, or of a new kind (COL 12(2))
    DIVIDED = "divided"  # deeply divided on the law (COL 12(3))
    OTHER = "other"  # another case the panel finds it needed for, or the committee named (COL 12(4))

    @property
    def label(self) -> Words:
        """The ground in words."""
        return {
            Ground.DIFFICULT: T("The case is difficult, complex, of great weight or of a new kind"),
            Ground.DIVIDED: T("The panel is deeply divided on how the law applies"),
            Ground.OTHER: T("Another ground, told in the question"),
        }[self]


class MeetingState(enum.Enum):
    """How far a meeting has come."""

    ASKED = "asked"  # the president has not answered
    DECLINED = "declined"  # the president does not submit the case
    TAKEN_BACK = "taken_back"  # the panel withdrew its request, or the president the submission
    SUBMITTED = "submitted"  # it is to be held
    MINUTED = "minuted"  # minutes are written and wait for signatures
    SIGNED = "signed"  # everybody who attended has signed


class Meeting(Base):
    """A case put before a body of the court: the question, who attended, what each said and what came of it."""

    __tablename__ = "case_meeting"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    body: Mapped[Body] = mapped_column(enum_column(Body))
    ground: Mapped[Ground] = mapped_column(enum_column(Ground))
    question: Mapped[str] = mapped_column(Text)
    state: Mapped[MeetingState] = mapped_column(enum_column(MeetingState), default=MeetingState.ASKED)
    again: Mapped[bool] = mapped_column(default=False)
    """Whether the committee is asked to look at its own decision once more (COL 13)."""
    asked_entry: Mapped[int]
    answered_entry: Mapped[int | None]
    held_on: Mapped[date | None] = mapped_column(Date)
    minutes: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    minutes_sha256: Mapped[str | None] = mapped_column(String(64))
    minutes_entry: Mapped[int | None]
    filed_entry: Mapped[int | None]
    __table_args__ = (Index("ix_case_meeting_state", "state", "id"),)


class MeetingSignature(Base):
    """Somebody who attended signs the minutes; a signature counts for the text it was given to."""

    __tablename__ = "meeting_signature"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("case_meeting.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    text_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        UniqueConstraint("meeting_id", "account_id", "text_sha256"),
        {"info": {"append_only": True}},
    )
