"""Tables of what the clerk looked at and marked."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text

OPEN = "closed_entry IS NULL"
"""Marks that still wait."""


class Fault(enum.Enum):
    """What is wrong with a filing, so far as the registry says it."""

    UNREADABLE = "unreadable"  # incomplete, not clear, or in a form nobody can open (OLR 12(2))
    WRONG_ACT = "wrong_act"  # it asks for something else than the form it came by
    WRONG_CASE = "wrong_case"  # it speaks of another case

    @property
    def label(self) -> Text:
        """The fault in words."""
        return _FAULTS[self]

    @property
    def mend(self) -> Text:
        """How the filer mends it."""
        return _MENDS[self]


_FAULTS = {
    Fault.UNREADABLE: T("It cannot be read"),
    Fault.WRONG_ACT: T("It came by the wrong form"),
    Fault.WRONG_CASE: T("It belongs to another case"),
}
_MENDS = {
    Fault.UNREADABLE: T("Send the same again in full and clearly, or bring the original to the registry."),
    Fault.WRONG_ACT: T("Open the case, choose the form that fits, and send it there once more."),
    Fault.WRONG_CASE: T("Send it in the case it belongs to; the letter that came with that case bears its number."),
}


class FilingLook(Base):
    """The clerk has looked at a filing and found nothing to mark; one row a filing."""

    __tablename__ = "filing_look"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    entry_number: Mapped[int]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("case_id", "entry_number"),)


class FilingWaiting(Base):
    """A later filing that nobody at the registry has looked at or marked: what waits is counted without going through every open case.
    The row goes with the look, the mark, or the case.
    """

    __tablename__ = "filing_waiting"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    of_case: Mapped[int] = mapped_column(ForeignKey("case.id"))
    """Not named as in tables that an act asks of its case: no act asks this one."""
    entry_number: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    __table_args__ = (UniqueConstraint("of_case", "entry_number"),)


class FilingMark(Base):
    """A filing the registry has marked. What was filed stays as it stands, with the moment it was received."""

    __tablename__ = "filing_mark"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    entry_number: Mapped[int]
    """Of the filing that is marked."""
    fault: Mapped[Fault] = mapped_column(enum_column(Fault))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    marked_entry: Mapped[int]
    answered_entry: Mapped[int | None]
    mended_by: Mapped[int | None]
    """Entry that the filer or the registry names as what mends it."""
    closed_entry: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        UniqueConstraint("case_id", "marked_entry"),
        Index("ix_filing_mark_open", "marked_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
    )
