"""Tables of supervision: what is laid before the supervisor with the cases behind it, and the cases drawn to be read again."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class MatterKind(enum.Enum):
    """What is laid before the supervisor."""

    LATE = "late"  # the court did something after the day on which it was due, or has not done it
    DEFAULTS = "defaults"  # one agent in many judgments by default
    SERIAL = "serial"  # many claims by one claimant
    SERVICE = "service"  # much that was sent by one channel reached nobody
    AUDIT = "audit"  # an ended case, drawn to be read again

    @property
    def label(self) -> Words:
        """In words."""
        return KIND_WORDS[self]


KIND_WORDS = {
    MatterKind.LATE: T("A time limit of the court was not kept"),
    MatterKind.DEFAULTS: T("One agent in many judgments by default"),
    MatterKind.SERIAL: T("Many claims by one claimant"),
    MatterKind.SERVICE: T("Much of one channel reached nobody"),
    MatterKind.AUDIT: T("A case drawn to be read again"),
}


@dataclass(frozen=True)
class Matter:
    """Something found that a supervisor should look at."""

    kind: MatterKind
    key: str
    cases: tuple[int, ...]
    account_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class SupervisionMatter(Base):
    """Something the supervisor looks at. It is a question and no finding: who is concerned answers it, and it does not close
    before they did or their time is over.
    """

    __tablename__ = "supervision_matter"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    kind: Mapped[MatterKind] = mapped_column(enum_column(MatterKind))
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """What it is about: the same is laid before nobody twice."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who is asked to answer; None where nobody of the court or its users is."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    cases: Mapped[list[int]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closing: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    __table_args__ = (
        Index("ix_supervision_matter_open", "closed_at", "opened_at", "id"),
        Index("ix_supervision_matter_account_id", "account_id", "closed_at"),
    )


class AuditDraw(Base):
    """Ended cases of a month, of which some are drawn to be read again: the list is on record before the seed is known."""

    __tablename__ = "audit_draw"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    month: Mapped[str] = mapped_column(String(7), unique=True)
    record: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    seed: Mapped[str | None] = mapped_column(String(64))
    log_size: Mapped[int | None] = mapped_column(BigInt)
    drawn: Mapped[list[str]] = mapped_column(JSON)
    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[str | None] = mapped_column(Text)
    result_receipt: Mapped[str | None] = mapped_column(Reference, unique=True)
