"""Certified copies that parties ask for."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words


class CopyForm(enum.Enum):
    """In what form a copy is given."""

    ARCHIVE = "archive"  # the whole file as an archive, checked on one's own computer
    PAPER = "paper"  # printed by the registry, page by page

    @property
    def label(self) -> Words:
        """The form in words."""
        return {
            CopyForm.ARCHIVE: T("The whole file as an archive, to keep and to check on your own computer"),
            CopyForm.PAPER: T("On paper: all papers of the court and the bundle of exhibits"),
        }[self]


class CopyState(enum.Enum):
    """How far a copy is."""

    ASKED = "asked"  # the worker puts it together
    UNPAID = "unpaid"  # its pages are counted and its cost is to be paid
    TO_HAND_OVER = "to_hand_over"  # the registry prints it and hands it over
    READY = "ready"  # can be downloaded
    HANDED_OVER = "handed_over"  # collected or posted
    FALLEN = "fallen"  # its cost was not paid in time
    FAILED = "failed"  # could not be put together; it can be asked for anew

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            CopyState.ASKED: T("Being put together"),
            CopyState.UNPAID: T("Its cost is to be paid"),
            CopyState.TO_HAND_OVER: T("The registry prints it"),
            CopyState.READY: T("Ready"),
            CopyState.HANDED_OVER: T("Handed over"),
            CopyState.FALLEN: T("Fell: its cost was not paid in time"),
            CopyState.FAILED: T("Could not be made"),
        }[self]


OPEN = (CopyState.ASKED, CopyState.UNPAID, CopyState.TO_HAND_OVER)
"""States in which something is still to be done about a copy."""


class CopyRequest(Base):
    """A certified copy of what one party may see of the file, in one form (CPL 52)."""

    __tablename__ = "copy_request"
    __table_args__ = (Index("ix_copy_request_state", "state", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    compilation_id: Mapped[int] = mapped_column(ForeignKey("compilation.id"))
    """What the worker puts together for it, as the party sees the case."""
    form: Mapped[CopyForm] = mapped_column(enum_column(CopyForm))
    to: Mapped[str | None] = mapped_column(Text)
    """Where a copy on paper is posted; None where it is collected."""
    state: Mapped[CopyState] = mapped_column(enum_column(CopyState), default=CopyState.ASKED)
    pages: Mapped[int | None]
    cost_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(String(3))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("fee_assessment.id"))
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Digest of the archive, or of the bundle of exhibits, that was certified."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The court's certificate: what the copy holds, with sizes and digests."""
    entry_number: Mapped[int]
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    handed_over_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def cost(self) -> Money | None:
        """What it costs, once that is known."""
        return Money(self.cost_minor, self.currency) if self.cost_minor is not None and self.currency else None
