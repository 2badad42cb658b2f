"""The table of objections in an enforcement."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class ObjectionKind(enum.Enum):
    """What an objection in an enforcement is about; what follows from the ruling differs."""

    CONDUCT = "conduct"  # how it is carried out is against the law (CPL 236)
    PROPERTY = "property"  # an outsider has a right in what is enforced against (CPL 238)

    @property
    def label(self) -> Words:
        """The kind in words."""
        return {
            ObjectionKind.CONDUCT: T("How the court enforces is against the law"),
            ObjectionKind.PROPERTY: T("What is enforced against belongs to me, or I have a right in it"),
        }[self]


class ObjectionState(enum.Enum):
    """How far an objection in an enforcement is at this court."""

    OPEN = "open"  # a judge rules within fifteen days
    FOUNDED = "founded"  # what was done is revoked or corrected, or the enforcement of that property halted
    UNFOUNDED = "unfounded"  # rejected
    FELL = "fell"  # the enforcement ended before: there is nothing to rule on


class EnforcementObjection(Base):
    """An objection to what is done in an enforcement, the ruling on it, and what came after it (CPL 236, 238; CPI 302 to 314)."""

    __tablename__ = "enforcement_objection"
    __table_args__ = ({"info": {"of": "suit_id"}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    kind: Mapped[ObjectionKind] = mapped_column(enum_column(ObjectionKind))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """Who objects; None for somebody who is no party of the case."""
    outsider: Mapped[str | None] = mapped_column(String(200))
    """The name of who is no party."""
    email: Mapped[str | None] = mapped_column(String(320))
    address: Mapped[str | None] = mapped_column(Text)
    """Where the registry reaches who is no party; it stands in no entry."""
    measure_entry: Mapped[int | None]
    """The entry of the measure it is about; None for the enforcement as a whole, or what was left undone."""
    what: Mapped[str] = mapped_column(Text)
    """What was done wrongly, or which property it is."""
    state: Mapped[ObjectionState] = mapped_column(enum_column(ObjectionState), default=ObjectionState.OPEN)
    entry_number: Mapped[int]
    ruled_entry: Mapped[int | None]
    ruled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    served_on: Mapped[date | None] = mapped_column(Date)
    """When the ruling reached who is no party, as the registry recorded it."""
    until_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which who is no party can ask for the review or bring an action."""
    review_entry: Mapped[int | None]
    """By which entry somebody asked the higher court (CPL 236); None while nobody did."""
    suit_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    """The case of the action that was brought about it (CPL 238; CPI 303, 304)."""
    suit_entry: Mapped[int | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """Of the review ``stays`` or ``changed``, of the action ``enforced`` or ``not_enforced``; None while neither is decided."""
    outcome_entry: Mapped[int | None]
    carried_out_entry: Mapped[int | None]
    """By which entry the registry carried out what was ruled."""


UNHEARD = "given IS NOT NULL"


class OutsideObjection(Base):
    """Somebody outside objects to the enforcement of a number, whether there is such an enforcement or not."""

    __tablename__ = "outside_objection"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    number: Mapped[str] = mapped_column(String(80))
    given: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What they wrote, until it stands on the docket or nothing of the number was found."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("enforcement_objection.id"))
    __table_args__ = (
        Index("ix_outside_objection_waiting", "id", sqlite_where=text(UNHEARD), postgresql_where=text(UNHEARD)),
    )
