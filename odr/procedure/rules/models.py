"""Versions of the rules that the court itself puts in force: what is laid before the administrators, and who approved
it.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference


class LaidState(enum.Enum):
    """How far a version has come."""

    WAITING = "waiting"  # laid before the administrators; governs nothing
    ACTIVATED = "activated"  # two approved it; it governs from its day
    DECLINED = "declined"  # an administrator declined it


class LaidVersion(Base):
    """One version of a rule pack as it was laid: its files, word for word, under one digest."""

    __tablename__ = "laid_version"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    pack_id: Mapped[str] = mapped_column(String(20))
    version: Mapped[str] = mapped_column(String(10))
    effective_from: Mapped[date] = mapped_column(Date)
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    state: Mapped[LaidState] = mapped_column(enum_column(LaidState), index=True)
    laid_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """The administrator who wrote it; none where whoever runs the machine laid it: they approve nothing."""
    laid_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declined_by: Mapped[int | None] = mapped_column(BigInt)
    record: Mapped[str | None] = mapped_column(Text)
    """The exact bytes of what was recorded when it was put in force; the log's receipt carries their digest."""
    receipt: Mapped[str | None] = mapped_column(Reference)

    approvals: Mapped[list[RuleApproval]] = relationship(lazy="selectin", order_by="RuleApproval.id")


class RuleApproval(Base):
    """One administrator's approval; they have one."""

    __tablename__ = "rule_approval"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("laid_version.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    """Digest of what they read: their word is for these bytes."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("version_id", "account_id"), {"info": {"append_only": True}})
