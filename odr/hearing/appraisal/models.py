"""An expert called to be heard on their report: what their attendance costs, who prepays which part, and how it ended
(CPL 81; EV 38, 39, 81).
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.evidence.models import Exhibit
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words
from odr.hearing.models import Witness


class CallState(enum.Enum):
    """How far a call of an expert is."""

    PREPAYING = "prepaying"  # who objects is asked to prepay
    COMING = "coming"  # prepaid, or nothing to prepay: the expert comes
    GIVEN_UP = "given_up"  # nobody prepaid: every objection counts as given up (EV 38)
    HEARD = "heard"  # they were heard; what came in is for them, and the loser bears it (EV 39)
    AT_FAULT = "at_fault"  # they were heard since their opinion was unclear or flawed: they bear it themselves (EV 39)
    REFUSED = "refused"  # they did not come: no finding may rest on the opinion (CPL 81)
    NOT_NEEDED = "not_needed"  # they need not come any more; what came in goes back

    @property
    def label(self) -> Words:
        """The state in words."""
        return CALL_WORDS[self]


CALL_WORDS = {
    CallState.PREPAYING: T("Prepayment is awaited"),
    CallState.COMING: T("The expert comes"),
    CallState.GIVEN_UP: T("The objections count as given up"),
    CallState.HEARD: T("The expert was heard"),
    CallState.AT_FAULT: T("Heard because the opinion was unclear or flawed"),
    CallState.REFUSED: T("The expert refused to come"),
    CallState.NOT_NEEDED: T("Not needed any more"),
}

LIVE = (CallState.PREPAYING, CallState.COMING)
"""Calls of which it is not found yet how they ended."""


class ShareState(enum.Enum):
    """Where one party's part stands."""

    ASKED = "asked"  # to be prepaid
    PAID = "paid"  # it came
    GIVEN_UP = "given_up"  # found not prepaid: the party's objection counts as given up (EV 38)
    ENDED = "ended"  # asked for no more: the expert need not come

    @property
    def label(self) -> Words:
        """The state in words."""
        return SHARE_WORDS[self]


SHARE_WORDS = {
    ShareState.ASKED: T("to be prepaid"),
    ShareState.PAID: T("prepaid"),
    ShareState.GIVEN_UP: T("not prepaid; the objection counts as given up"),
    ShareState.ENDED: T("no longer asked for"),
}


class ExpertShare(Base):
    """One party's part of the prepayment, asked for by a notice of the fee desk."""

    __tablename__ = "expert_share"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    call_id: Mapped[int] = mapped_column(ForeignKey("expert_call.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("fee_assessment.id"), unique=True)
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    is_rest: Mapped[bool]
    """Asked for after the other who objected did not prepay: who still objects bears all of it in advance."""
    state: Mapped[ShareState] = mapped_column(enum_column(ShareState))
    found_by: Mapped[int | None]
    """Number of the entry in which the judge found that it was not prepaid."""
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"),)

    @property
    def amount(self) -> Money:
        """What is asked for."""
        return Money(self.amount_minor, self.currency)


class AppraisalState(enum.Enum):
    """How far an appraisal is."""

    ASKED = "asked"  # the judge has to rule
    REFUSED = "refused"  # no bearing on the fact, or no use (CPI 121)
    CHOOSING = "choosing"  # ordered; the parties try to agree on an expert
    COMMISSIONED = "commissioned"  # an expert is appointed; they have not undertaken it yet
    AT_WORK = "at_work"  # undertaken; the report is being made
    REPORTED = "reported"  # the report is an exhibit; the parties may object
    ENDED = "ended"  # no report: given up, not needed, or the expert failed
    SET_ASIDE = "set_aside"  # another appraisal was ordered; this report grounds no finding (EV 40)

    @property
    def label(self) -> Words:
        """The state in words."""
        return APPRAISAL_WORDS[self]


class ExpertChoice(Base):
    """Whom a party would have as expert; their latest counts."""

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
    """Raised after an answer: the expert is heard, if what their attendance costs is prepaid (EV 38)."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_number: Mapped[int]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None]
    called_by: Mapped[int | None]
    """Number of the entry by which the expert was called to be heard on it (EV 38)."""
    given_up_by: Mapped[int | None]
    """Number of the entry that found that it counts as given up: nothing was prepaid (EV 38)."""


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
    """Number of the entry in which the expert confirms that they were paid."""
    attendance_included: Mapped[bool] = mapped_column(default=False)
    """Whether the fee holds their attendance at a hearing: then nobody prepays it (EV 39)."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    ended_by: Mapped[int | None]
    why_ended: Mapped[str | None] = mapped_column(String(20))

    witness: Mapped[Witness | None] = relationship(lazy="joined")
    exhibit: Mapped[Exhibit | None] = relationship(lazy="joined")
    choices: Mapped[list[ExpertChoice]] = relationship(order_by="ExpertChoice.id", lazy="selectin")
    objections: Mapped[list[ReportObjection]] = relationship(order_by="ReportObjection.id", lazy="selectin")


class ExpertCall(Base):
    """One call of an expert to be heard, at the rates of a witness (EV 38, 39). Sums in minor units; all of them
    nothing where it is in their fee.
    """

    __tablename__ = "expert_call"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    appraisal_id: Mapped[int] = mapped_column(ForeignKey("appraisal.id"), index=True)
    travel_minor: Mapped[int] = mapped_column(BigInt)
    board_minor: Mapped[int] = mapped_column(BigInt)
    earnings_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    days: Mapped[int | None]
    """Days to prepay, where the judge set other than the pack's."""
    state: Mapped[CallState] = mapped_column(enum_column(CallState))
    entry_number: Mapped[int]
    ended_by: Mapped[int | None]
    passed_on_minor: Mapped[int | None] = mapped_column(BigInt)
    """What the court paid the expert out of what came in."""
    passed_on_by: Mapped[int | None]
    __table_args__ = (
        CheckConstraint("travel_minor >= 0 AND board_minor >= 0 AND earnings_minor >= 0", name="not_negative"),
    )

    appraisal: Mapped[Appraisal] = relationship(lazy="joined")
    shares: Mapped[list[ExpertShare]] = relationship(order_by="ExpertShare.id", lazy="selectin")

    @property
    def total(self) -> Money:
        """What their attendance is reckoned to cost."""
        return Money(self.travel_minor + self.board_minor + self.earnings_minor, self.currency)

    def shares_in(self, *states: ShareState) -> list[ExpertShare]:
        """The parts in certain states."""
        return [share for share in self.shares if share.state in states]


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
