"""Tables of firms, of who belongs to them, and of the roll of those whose licence the registry has seen."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.identity.models import Qualification


class Place(enum.Enum):
    """As what somebody belongs to an office."""

    HEAD = "head"  # runs it: invites, hands over, puts clerks on cases; may be a lawyer too
    LAWYER = "lawyer"  # conducts cases in their own name
    CLERK = "clerk"  # acts only as somebody's assistant


class Firm(Base):
    """A law firm or legal service office with an office at this court, once the registry has let it in."""

    __tablename__ = "firm"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    kind: Mapped[Qualification] = mapped_column(enum_column(Qualification))
    """What its people are: lawyers of a law firm, or legal workers of a local office (CPI 88(1), (2))."""
    name: Mapped[str] = mapped_column(String(200))
    licence_number: Mapped[str] = mapped_column(String(60), index=True)
    opened_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInt)
    admitted: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(Text)
    record: Mapped[str | None] = mapped_column(Text)
    """What the registry decided, byte for byte; its digest stands in the public log."""
    receipt: Mapped[str | None] = mapped_column(Reference)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FirmMember(Base):
    """Somebody who belongs to an office, or is invited to; one row for each time they come."""

    __tablename__ = "firm_member"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    """Who joined; None while an address alone is named. Whether anybody has an account with it is told to nobody."""
    address: Mapped[str] = mapped_column(String(320), index=True)
    place: Mapped[Place] = mapped_column(enum_column(Place))
    invited_by: Mapped[int] = mapped_column(BigInt)
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When they left, or declined, or were taken off."""


class RollEntry(Base):
    """Somebody of an office asks to be put on the roll of representatives: their licence is seen once and counts in every
    case until it ends, they leave, or the registry takes them off (CPL 61; CPI 88).
    """

    __tablename__ = "roll_entry"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), index=True)
    licence_number: Mapped[str] = mapped_column(String(60))
    """Seen by the registry and whoever it belongs to, and by nobody else."""
    until_on: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInt)
    admitted: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(Text)
    """Why they were not put on it, or why they were taken off."""
    record: Mapped[str | None] = mapped_column(Text)
    receipt: Mapped[str | None] = mapped_column(Reference)
    licence_id: Mapped[int | None] = mapped_column(BigInt)
    off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    off_record: Mapped[str | None] = mapped_column(Text)
    off_receipt: Mapped[str | None] = mapped_column(Reference)
