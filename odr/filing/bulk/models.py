"""Many claims sent at once: the sending, its lines, and what became of each."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class LineState(enum.Enum):
    """What became of one line."""

    WAITING = "waiting"  # its turn comes
    LODGED = "lodged"  # a claim with a case of its own
    REFUSED = "refused"  # something in it has to be mended; nothing was lodged
    FAILED = "failed"  # the court could not work on it; it can be tried again

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            LineState.WAITING: T("Waiting"),
            LineState.LODGED: T("Lodged"),
            LineState.REFUSED: T("To be mended"),
            LineState.FAILED: T("Not done, to be tried again"),
        }[self]


class BulkFiling(Base):
    """A table or list of claims of one claimant, sent at once; each line becomes a case of its own."""

    __tablename__ = "bulk_filing"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    is_table: Mapped[bool]
    """Lines are form values out of a table; else JSON as the API takes a claim."""
    claimant: Mapped[dict[str, Any]] = mapped_column(JSON)
    key: Mapped[str | None] = mapped_column(String(100))
    """The sender's own name for the request: sent again, the first one is found."""
    digest: Mapped[str] = mapped_column(String(64))
    total: Mapped[int]
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who reviews them all, drawn with the first line."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("account_id", "key"), Index("ix_bulk_filing_finished_at", "finished_at"))


class BulkLine(Base):
    """One claim of a bulk as it was sent, and its case or its faults."""

    __tablename__ = "bulk_line"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_filing.id"))
    number: Mapped[int]
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[LineState] = mapped_column(enum_column(LineState), default=LineState.WAITING)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    faults: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    """Where and what, as ``at`` and the words by language."""
    __table_args__ = (
        UniqueConstraint("bulk_id", "number"),
        Index("ix_bulk_line_bulk_id_state_number", "bulk_id", "state", "number"),
    )
