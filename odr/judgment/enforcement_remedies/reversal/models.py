"""The table of what is asked or ruled to be given back."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference


class ReversalState(enum.Enum):
    """How far it is."""

    ASKED = "asked"  # a party asks; a judge rules
    ORDERED = "ordered"  # by ruling it is given back, and owed like anything that was ruled
    REFUSED = "refused"  # by ruling nothing is given back


class Reversal(Base):
    """Somebody gives back to another what was enforced or performed on what binds nobody any more (CPL 244)."""

    __tablename__ = "enforcement_reversal"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who got it, and gives it back."""
    receiver_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """From whom it was taken."""
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(String(3))
    what: Mapped[str | None] = mapped_column(Text)
    """What else than money."""
    state: Mapped[ReversalState] = mapped_column(enum_column(ReversalState))
    asked_entry: Mapped[int | None]
    """None where the court rules of its own motion, as the law has it."""
    ruled_entry: Mapped[int | None]
