"""An inquiry with which another court is entrusted, and what came of it."""

from __future__ import annotations

import enum
from datetime import date

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.evidence.inspections.models import OwnGround
from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import T, Text as Words


class EntrustedState(enum.Enum):
    """Where an inquiry by another court stands."""

    ORDERED = "ordered"  # the letter is to be sent, or nothing shows that it was received
    RECEIVED = "received"  # the other court has it: its thirty days run
    ANSWERED = "answered"  # what it found is here
    UNABLE = "unable"  # it wrote why it cannot
    DROPPED = "dropped"  # not needed any more

    @property
    def label(self) -> Words:
        """The state in words."""
        return STATE_WORDS[self]


STATE_WORDS = {
    EntrustedState.ORDERED: T("The letter is on its way to the other court"),
    EntrustedState.RECEIVED: T("The other court inquires"),
    EntrustedState.ANSWERED: T("The other court has answered"),
    EntrustedState.UNABLE: T("The other court wrote that it cannot"),
    EntrustedState.DROPPED: T("Not needed any more"),
}


class EntrustedInquiry(Base):
    """What another court is asked to find out, item by item, and its answer (CPL 134)."""

    __tablename__ = "entrusted_inquiry"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_request.id"))
    """The collection of evidence that was granted and is done this way; none where the court inquires unasked."""
    own_ground: Mapped[OwnGround | None] = mapped_column(enum_column(OwnGround))
    court: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(Text)
    items: Mapped[str] = mapped_column(Text)
    """What is asked and of whom, item by item."""
    demands: Mapped[str] = mapped_column(Text)
    """How it is to be done: form, number of persons, what is to be sent back."""
    fact: Mapped[str] = mapped_column(Text)
    state: Mapped[EntrustedState] = mapped_column(enum_column(EntrustedState))
    entry_number: Mapped[int]
    received_on: Mapped[date | None] = mapped_column(Date)
    received_by: Mapped[int | None]
    ended_by: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(Text)
    """What the other court wrote: what it found, or why it cannot."""
    exhibits: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Labels of what it sent."""
    __table_args__ = (
        CheckConstraint("(request_id IS NULL) <> (own_ground IS NULL)", name="asked_or_own_ground"),
        CheckConstraint("state <> 'received' OR received_on IS NOT NULL", name="received_on_a_day"),
    )
