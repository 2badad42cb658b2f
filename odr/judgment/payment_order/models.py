"""Tables of payment orders."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class PaymentOrderState(enum.Enum):
    """How far an application for a payment order has come."""

    ASKED = "asked"  # the registry has five days to say whether it is taken (CPL 226)
    TAKEN = "taken"  # one judge looks at it (CPI 428)
    ISSUED = "issued"  # ordered, and served or to be served
    IN_EFFECT = "in_effect"  # neither paid nor objected to in time: it can be enforced (CPL 227)
    LAPSED = "lapsed"  # nothing of it stands; the applicant may say no to a lawsuit (CPI 438)
    OVER = "over"  # the case is closed

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            PaymentOrderState.ASKED: T("The registry decides if the application is taken"),
            PaymentOrderState.TAKEN: T("The judge looks at the application"),
            PaymentOrderState.ISSUED: T("The order is made; the debtor can pay or object"),
            PaymentOrderState.IN_EFFECT: T("The order is in effect"),
            PaymentOrderState.LAPSED: T("The order has lapsed"),
            PaymentOrderState.OVER: T("The procedure is over"),
        }[self]


class ObjectionState(enum.Enum):
    """What became of an objection to a payment order."""

    WAITING = "waiting"  # the judge looks at its form (CPI 435)
    TAKEN_BACK = "taken_back"  # the debtor asks for leave to withdraw it (CPI 437)
    UPHELD = "upheld"  # it stands: what it is about has lapsed
    DISMISSED = "dismissed"  # it is none: the order stands (CPI 436)
    WITHDRAWN = "withdrawn"  # withdrawn by leave: the order stands

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            ObjectionState.WAITING: T("The judge looks at its form"),
            ObjectionState.TAKEN_BACK: T("Taken back; the judge gives leave"),
            ObjectionState.UPHELD: T("It stands; what it is about has lapsed"),
            ObjectionState.DISMISSED: T("It is none; the order stands"),
            ObjectionState.WITHDRAWN: T("Withdrawn by leave; the order stands"),
        }[self]


class PaymentOrder(Base):
    """An application for a payment order and what became of it: one to a case."""

    __tablename__ = "payment_order"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    state: Mapped[PaymentOrderState] = mapped_column(enum_column(PaymentOrderState))
    demands: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Each with ``what`` for, ``minor``, and ``due_on``; they are numbered from 1 in this order."""
    currency: Mapped[str] = mapped_column(String(3))
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """As the application tells them; a lawsuit that follows rests on them."""
    evidence: Mapped[str] = mapped_column(Text)
    withdrawn_entry: Mapped[int | None]
    """The entry by which the applicant took it back, before the debtor had the order."""
    issued_entry: Mapped[int | None]
    issued_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    served_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the debtor received it."""
    lapses: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What lapsed, ruling by ruling: its ``entry``, the ``demands`` by number, whether it ``goes_over``, and the ``case`` of the
    lawsuit, empty where the applicant said no.
    """
    owed: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Which obligation a demand became, by its number; ``fee`` for the fee of the application."""
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    """What the debtor bears of the fee of the application, on the demands that stand (FEE 36)."""
    entry_number: Mapped[int]


class PaymentObjection(Base):
    """What the debtor writes against a payment order, and what the judge rules on it by its form (CPI 435–437)."""

    __tablename__ = "payment_objection"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    demands: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[ObjectionState] = mapped_column(enum_column(ObjectionState))
    entry_number: Mapped[int]
    ruled_entry: Mapped[int | None]
