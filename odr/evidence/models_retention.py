"""What may be erased, and what must not."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.evidence.models import Exhibit
from odr.text import T
from odr.text import Text as Words


class LegalHold(Base):
    """Nothing of a case is erased while it is held: another proceeding, an audit, a request still open."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reasons: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[int]
    """Number of the entry that ordered it."""
    lifted_by: Mapped[int | None]


class ErasureState(enum.Enum):
    """What became of a proposal to erase."""

    PROPOSED = "proposed"  # the time of the rule has run; a person decides
    ERASED = "erased"  # file, receipt and salt are gone
    KEPT = "kept"  # kept for the reasons given

    @property
    def label(self) -> Words:
        """The state in words."""
        return {ErasureState.PROPOSED: T("A person has to decide"), ErasureState.ERASED: T("Erased"), ErasureState.KEPT: T("Kept")}[self]


class ErasureProposal(Base):
    """An exhibit whose time under a rule of the pack has run. Being on the list erases nothing."""

    __tablename__ = "erasure_proposal"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"), unique=True)
    rule: Mapped[str] = mapped_column(String(40))
    """Key of the pack's rule."""
    due_on: Mapped[date] = mapped_column(Date)
    """Last day on which the rule has it kept."""
    prepared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[ErasureState] = mapped_column(enum_column(ErasureState), default=ErasureState.PROPOSED)
    decided_by: Mapped[int | None]
    """Number of the entry of the decision."""

    exhibit: Mapped[Exhibit] = relationship(lazy="joined")
