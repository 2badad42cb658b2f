"""Accredited platforms, and what a party asked one to give the court."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.db import Base, BigInt, Reference, UTCDateTime, new_reference
from odr.procedure.models_accredited import Accredited
from odr.text import T
from odr.text import Text as Words


class RecordKind(enum.Enum):
    """What a platform may give of an order."""

    ORDER = "order"  # what was ordered, from whom, for how much
    PAYMENT = "payment"  # what was paid, when and how
    LOGISTICS = "logistics"  # the parcel's way
    CHAT = "chat"  # what buyer and shop wrote to each other

    @property
    def label(self) -> Words:
        """The kind in words."""
        return {
            RecordKind.ORDER: T("Order on the platform"),
            RecordKind.PAYMENT: T("Payment"),
            RecordKind.LOGISTICS: T("Delivery"),
            RecordKind.CHAT: T("Chat with the shop"),
        }[self]


class Platform(Accredited, Base):
    """A platform whose signed records this court takes: accredited by the operator, until it is revoked."""

    __tablename__ = "platform"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)


class PlatformRequest(Base):
    """What a party asked a platform to give the court; its reference is all the platform needs, and opens nothing."""

    __tablename__ = "platform_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    order_number: Mapped[str] = mapped_column(String(100))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    proves: Mapped[str] = mapped_column(Text)
    asked_entry: Mapped[int]
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    sha256: Mapped[str | None] = mapped_column(String(64))
