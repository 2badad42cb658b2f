"""What people and the court's clock give to the acts about fees."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.payments.models import Channel
from odr.procedure.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field
from odr.text import T

RELIEF_WORDS = {"exemption": T("To pay nothing"), "reduction": T("To pay less"), "deferral": T("To pay later")}
DECISION_WORDS = {"grant": T("Grant it"), "refuse": T("Refuse it")}
REVIEW_WORDS = {"uphold": T("The decision stands"), "change": T("The decision is changed")}


class AssessInput(CourtModel):
    """What the clock assesses: the kept basis, and the time limit to pay in."""

    basis: str
    topup_article: str | None = None


class AtEndInput(CourtModel):
    """How an action of many ended without a judgment; nothing where a judgment was given."""

    ending: str | None = None


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


class ReliefInput(CourtModel):
    """A request for help with the fee (FEE 44–48)."""

    kind: Annotated[
        Literal["exemption", "reduction", "deferral"],
        field(
            T("What do you ask for?"),
            T("Only natural persons can be freed from the whole fee (Litigation Costs Measures, art. 44)."),
            widget="radios",
            options=RELIEF_WORDS,
        ),
    ]
    ground: Annotated[
        str,
        CourtText(1, 60),
        field(
            T("Why?"),
            T("The grounds are those of the Litigation Costs Measures, arts. 45 to 47."),
            choices="relief_grounds",
            widget="select",
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(
            T("Your situation"),
            T("Income, who depends on you, what changed. Only your side and the court can read this."),
            widget="textarea",
        ),
    ]
    documents: Annotated[
        list[Annotated[str, RefTo("upload")]], Field(max_length=20), field(T("Documents that show it"))
    ] = []


class ReliefDecisionInput(CourtModel):
    """The decision on such a request, with reasons."""

    request: Annotated[str, RefTo("relief"), field(T("Request"), choices="relief_requests", widget="select")]
    decision: Annotated[Literal["grant", "refuse"], field(T("Decision"), widget="radios", options=DECISION_WORDS)]
    percent: Annotated[
        int | None,
        Field(ge=1, le=100),
        field(T("Reduced by (percent)"), T("At least 30 percent. Only for a reduction."), widget="number"),
    ] = None
    until: Annotated[CourtDate | None, field(T("To be paid by"), T("Only for a deferral."))] = None
    reasons: Annotated[str, CourtText(10, 4000), field(T("Reasons"), T("The party reads these."), widget="textarea")]


class DeemInput(CourtModel):
    """The ruling after a fee was not paid."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Unpaid fee"), choices="unpaid_fees", widget="select")]
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(
            T("Reasons"), T("Notice, day it was received, last day, and that nothing is pending."), widget="textarea"
        ),
    ]


class SettleInput(CourtModel):
    """The clock settles the fees of a case that has ended or taken effect; with ``party`` or ``matter``, only those."""

    ending: str | None = None
    party: str | None = None
    matter: str | None = None


class RemindInput(CourtModel):
    """The clock reminds of a fee that is not paid."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Unpaid fee"), choices="all_fees")]
    due: Annotated[datetime, field(T("To be paid by"))]
    code: Annotated[str, field(T("Payment code"), T("Ten letters and digits, as on the fee page."))]


class ReduceInput(CourtModel):
    """The clock refunds what a lowered claim no longer costs (FEE 21)."""

    basis: str
    in_time: bool


class ApproveRefundInput(CourtModel):
    """One person's approval of money going back."""

    refund: Annotated[str, RefTo("refund"), field(T("Refund"), choices="refunds_waiting", widget="select")]


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


class DemandInput(CourtModel):
    """What a party owes the court under a costs decision."""

    party: Annotated[str, CourtText(1, 40), field(T("Party"), choices="fee_parties", widget="select")]
    amount: Annotated[CourtMoney, field(T("Amount"))]


class AskCorrectionInput(CourtModel):
    """A party's objection to the computation (FEE 43)."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Fee"), choices="all_fees", widget="select")]
    reasons: Annotated[str, CourtText(10, 4000), field(T("What was miscalculated"), widget="textarea")]


class AskReviewInput(CourtModel):
    """A party's objection to the costs decision alone (FEE 43)."""

    reasons: Annotated[str, CourtText(10, 4000), field(T("What is wrong with it?"), widget="textarea")]


class ReviewCostsInput(CourtModel):
    """The president's answer to it."""

    decision: Annotated[Literal["uphold", "change"], field(T("Decision"), widget="radios", options=REVIEW_WORDS)]
    lines: Annotated[list[BearsInput], Field(max_length=40), field(T("Party"))] = []
    reasons: Annotated[str, CourtText(10, 4000), field(T("Reasons"), widget="textarea")]

    @model_validator(mode="after")
    def _a_change_says_what(self) -> ReviewCostsInput:
        if (self.decision == "change") != bool(self.lines):
            raise InvalidInput(
                [
                    FieldFault(
                        ("lines",),
                        T("Enter what each party bears if the decision is changed; leave it empty if it stands."),
                    )
                ]
            )
        return self


class CorrectFeeInput(CourtModel):
    """What the fee should have been computed on (FEE 43)."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Fee"), choices="all_fees", widget="select")]
    amount: Annotated[
        CourtMoneyOrZero, field(T("Amount the fee is computed on"), T("0 for a claim without an amount."))
    ]
    reasons: Annotated[str, CourtText(10, 4000), field(T("What was miscalculated"), widget="textarea")]
