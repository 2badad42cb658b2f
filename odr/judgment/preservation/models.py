"""What an application for the preservation of evidence says, and the record of how it was preserved (EV 25, 27)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base
from odr.ground.text import Text as Words
from odr.judgment.vocabulary import EvidenceMeasure


class EvidencePreservation(Base):
    """Evidence that may be lost or be hard to get later, beside the motion that asks to preserve it."""

    __tablename__ = "evidence_preservation"

    motion_id: Mapped[int] = mapped_column(ForeignKey("motion.id"), primary_key=True)
    holder: Mapped[str] = mapped_column(Text)
    proves: Mapped[str] = mapped_column(Text)
    facts: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Numbers of the facts it is to show."""
    measures: Mapped[list[str]] = mapped_column(JSON)
    """Asked for; once it is granted, ordered."""
    harmful: Mapped[bool]
    """Whether it may cause loss to who has it (EV 26)."""
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """When, where, before whom and how it was preserved, where it is kept, and the exhibits that came of it (EV 27)."""

    @property
    def measure_names(self) -> list[Words]:
        """The measures in words."""
        return [EvidenceMeasure(value).label for value in self.measures]
