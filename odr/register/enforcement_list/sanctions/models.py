"""Tables of fines and detention in an enforcement."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class SanctionState(enum.Enum):
    """How far a fine or a detention is."""

    ASKED = "asked"  # a creditor asks; a judge answers
    REFUSED = "refused"  # a judge proposes nothing
    PROPOSED = "proposed"  # the person is heard; the president decides
    DECLINED = "declined"  # the president orders nothing, or its ground fell before
    DECIDED = "decided"  # ordered (CPL 119)
    LIFTED = "lifted"  # the higher court revoked it (CPI 186)

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            SanctionState.ASKED: T("Asked for; a judge answers"),
            SanctionState.REFUSED: T("Not proposed"),
            SanctionState.PROPOSED: T("Proposed; the person can answer, then the president decides"),
            SanctionState.DECLINED: T("Nothing was ordered"),
            SanctionState.DECIDED: T("Ordered"),
            SanctionState.LIFTED: T("Revoked by the higher court"),
        }[self]


class Custody(enum.Enum):
    """Where a detention stands."""

    NONE = "none"  # only a fine
    DUE = "due"  # ordered, and not carried out
    HELD = "held"  # under way
    OVER = "over"  # the person is free again
    DROPPED = "dropped"  # never carried out: there was no reason for it any more

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            Custody.NONE: T("No detention"),
            Custody.DUE: T("Detention ordered, not carried out"),
            Custody.HELD: T("In detention"),
            Custody.OVER: T("Detention over"),
            Custody.DROPPED: T("Detention not carried out"),
        }[self]


class Sanction(Base):
    """A fine, a detention or both for one conduct of one person in one enforcement (CPL 114, 118; CPI 183, 184)."""

    __tablename__ = "sanction"
    __table_args__ = (Index("ix_sanction_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """The debtor; for an officer of an organisation, that organisation."""
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """The creditor who asked; None where a judge proposes it of the court's own motion."""
    state: Mapped[SanctionState] = mapped_column(enum_column(SanctionState))
    ground: Mapped[str] = mapped_column(String(40))
    facts: Mapped[str] = mapped_column(Text)
    done_on: Mapped[date] = mapped_column(Date)
    """When the conduct was, or was last: for the same conduct nobody is fined or detained twice (CPI 184)."""
    officer: Mapped[str | None] = mapped_column(String(200))
    """Of an organisation: who of it is fined or detained, with their place in it; None for the debtor (CPL 114)."""
    fine_minor: Mapped[int] = mapped_column(BigInt, default=0)
    days: Mapped[int] = mapped_column(default=0)
    custody: Mapped[Custody] = mapped_column(enum_column(Custody), default=Custody.NONE)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("fee_assessment.id"))
    """The notice by which the fine is paid."""
    entry_number: Mapped[int]
    asked_entry: Mapped[int | None]
    decided_entry: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    detained_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    free_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    release_asked: Mapped[str | None] = mapped_column(Text)
    """What whoever is detained says to be released early (CPL 118; CPI 182); None while nothing waits."""
    review: Mapped[str | None] = mapped_column(Text)
    """What the higher court is asked (CPL 119)."""
    review_answer: Mapped[str | None] = mapped_column(String(20))
    over_ground: Mapped[str | None] = mapped_column(String(40))
    over_entry: Mapped[int | None]
