"""Appraisals: asked for, an expert chosen and commissioned, her report, what the parties say to it (CPL 79-82; EV
30-42).
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.evidence.models import Exhibit
from odr.hearing.models import Witness
from odr.text import T
from odr.text import Text as Words


class AppraisalState(enum.Enum):
    """How far an appraisal is."""

    ASKED = "asked"  # the judge has to rule
    REFUSED = "refused"  # no bearing on the fact, or no use (CPI 121)
    CHOOSING = "choosing"  # ordered; the parties try to agree on an expert
    COMMISSIONED = "commissioned"  # an expert is appointed; she has not undertaken it yet
    AT_WORK = "at_work"  # undertaken; the report is being made
    REPORTED = "reported"  # the report is an exhibit; the parties may object
    ENDED = "ended"  # no report: given up, not needed, or the expert failed
    SET_ASIDE = "set_aside"  # another appraisal was ordered; this report grounds no finding (EV 40)

    @property
    def label(self) -> Words:
        """The state in words."""
        return APPRAISAL_WORDS[self]


APPRAISAL_WORDS = {
    AppraisalState.ASKED: T("Before the judge"),
    AppraisalState.REFUSED: T("Not granted"),
    AppraisalState.CHOOSING: T("An expert is being chosen"),
    AppraisalState.COMMISSIONED: T("An expert is appointed"),
    AppraisalState.AT_WORK: T("The expert is at work"),
    AppraisalState.REPORTED: T("The report is here"),
    AppraisalState.ENDED: T("Ended without a report"),
    AppraisalState.SET_ASIDE: T("Set aside: another appraisal was ordered"),
}


class Appraisal(Base):
    """A question for somebody who knows more than the court, and what became of it."""

    __tablename__ = "appraisal"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """Nobody: ordered of the court's own motion (EV 30)."""
    bears_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who has to prove the fact and pays the expert directly (EV 31; FEE 12)."""
    fact: Mapped[str] = mapped_column(Text)
    questions: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    materials: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Exhibits given to the expert; only what was examined may be relied on (EV 34)."""
    again_of: Mapped[int | None] = mapped_column(ForeignKey("appraisal.id"))
    """An earlier appraisal that this one is to replace (EV 40)."""
    state: Mapped[AppraisalState] = mapped_column(enum_column(AppraisalState))
    entry_number: Mapped[int]
    ruled_by: Mapped[int | None]
    witness_id: Mapped[int | None] = mapped_column(ForeignKey("witness.id"))
    qualification: Mapped[str | None] = mapped_column(Text)
    chosen_how: Mapped[str | None] = mapped_column(String(20))
    """``agreed``, ``lot`` or ``named``."""
    days: Mapped[int | None]
    fee_minor: Mapped[int | None] = mapped_column(BigInt)
    fee_currency: Mapped[str | None] = mapped_column(String(3))
    pay_to: Mapped[str | None] = mapped_column(Text)
    """How the expert is paid directly; the court takes nothing (FEE 12)."""
    paid_by: Mapped[int | None]
    """Number of the entry in which the expert confirms that she was paid."""
    attendance_included: Mapped[bool] = mapped_column(default=False)
    """Whether the fee holds her attendance at a hearing: then nobody prepays it (EV 39)."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    ended_by: Mapped[int | None]
    why_ended: Mapped[str | None] = mapped_column(String(20))

    witness: Mapped[Witness | None] = relationship(lazy="joined")
    exhibit: Mapped[Exhibit | None] = relationship(lazy="joined")
    choices: Mapped[list[ExpertChoice]] = relationship(order_by="ExpertChoice.id", lazy="selectin")
    objections: Mapped[list[ReportObjection]] = relationship(order_by="ReportObjection.id", lazy="selectin")


class ExpertChoice(Base):
    """Whom a party would have as expert; her latest counts."""

    __tablename__ = "expert_choice"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    qualification: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]


class ReportObjection(Base):
    """What a party objects to a report, and the expert's written answer (EV 37)."""

    __tablename__ = "report_objection"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    words: Mapped[str] = mapped_column(Text)
    is_kept: Mapped[bool]
    """Raised after an answer: the expert is heard, if what her attendance costs is prepaid (EV 38)."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_number: Mapped[int]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None]
    called_by: Mapped[int | None]
    """Number of the entry by which the expert was called to be heard on it (EV 38)."""
    given_up_by: Mapped[int | None]
    """Number of the entry that found that it counts as given up: nothing was prepaid (EV 38)."""
