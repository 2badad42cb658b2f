"""An expert called to be heard on her report: what her attendance costs, who prepays which part, and how it ended (CPL
81; EV 38, 39, 81).
"""

from __future__ import annotations

import enum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.db import Base, BigInt, Reference, enum_column, new_reference
from odr.hearing.models_appraisal import Appraisal
from odr.text import Money, T
from odr.text import Text as Words


class CallState(enum.Enum):
    """How far a call of an expert is."""

    PREPAYING = "prepaying"  # who objects is asked to prepay
    COMING = "coming"  # prepaid, or nothing to prepay: the expert comes
    GIVEN_UP = "given_up"  # nobody prepaid: every objection counts as given up (EV 38)
    HEARD = "heard"  # she was heard; what came in is for her, and the loser bears it (EV 39)
    AT_FAULT = "at_fault"  # she was heard since her opinion was unclear or flawed: she bears it herself (EV 39)
    REFUSED = "refused"  # she did not come: the opinion grounds no finding (CPL 81)
    NOT_NEEDED = "not_needed"  # she need not come any more; what came in goes back

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


class ExpertCall(Base):
    """One call of an expert to be heard, at the rates of a witness (EV 38, 39). Sums in minor units; all of them
    nothing where it is in her fee.
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
        """What her attendance is reckoned to cost."""
        return Money(self.travel_minor + self.board_minor + self.earnings_minor, self.currency)

    def shares_in(self, *states: ShareState) -> list[ExpertShare]:
        """The parts in certain states."""
        return [share for share in self.shares if share.state in states]


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
