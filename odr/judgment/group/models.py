"""A judgment in an action of many that applies to somebody who had not registered (CPL 57)."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt


class AppliedJudgment(Base):
    """The link between a claim of somebody who had not registered and the action of many whose judgment was applied to
    it.
    """

    __tablename__ = "applied_judgment"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    """The claim to which it was applied."""
    group_case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    """The action of many."""
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    entry_number: Mapped[int]
