"""What people and the court's clock give to the acts about fees."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from odr.ground.text import T
from odr.payments.models import Channel
from odr.procedure.forms.inputs import Choice, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field


class AssessInput(CourtModel):
    """What the clock assesses: the kept basis, and the time limit to pay in."""

    basis: str
    topup_article: str | None = None


class ReliefOverInput(CourtModel):
    """Which request for help with the fee ends with its case."""

    request: str


class WithdrawnFeeInput(CourtModel):
    """On what the fee of a claim that left an action of many is computed."""

    basis: str


class PaymentInput(CourtModel):
    """Money that came, with the evidence it came by."""

    assessment: str
    channel: Annotated[Channel, Choice(Channel)]
    amount: CourtMoney
    source: str
    received_at: datetime


class ReduceInput(CourtModel):
    """The clock refunds what a lowered claim no longer costs (FEE 21)."""

    basis: str
    in_time: bool


class RefundEndInput(CourtModel):
    """How a refund ended, by the evidence of Stripe or the bank."""

    refund: Annotated[str, RefTo("refund")]
    paid: bool
    channel: Annotated[Channel, Choice(Channel)]
    way: Annotated[str, CourtText(1, 120, one_line=True), field(T("Reference of the transfer"))]
    at: datetime


class OutsideRefundInput(CourtModel):
    """A refund made at Stripe without an order of the court."""

    payment: str
    stripe_id: str
    amount: CourtMoney
    at: datetime


class BearsInput(CourtModel):
    """What one party bears of the costs."""

    party: Annotated[str, CourtText(1, 40), field(T("Party"), choices="fee_parties", widget="select")]
    bears: Annotated[CourtMoneyOrZero, field(T("Bears"))]
