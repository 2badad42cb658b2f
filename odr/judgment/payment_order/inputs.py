"""What is written in the procedure of a payment order."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.docket.models import PartyKind
from odr.filing.inputs import ApplicantInput, FactInput
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms.inputs import (
    Choice,
    CourtDate,
    CourtEmail,
    CourtModel,
    CourtMoney,
    CourtPhone,
    CourtText,
    field,
)

TYPED_NUMBER = field(
    T("Type the number of the case"),
    T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
)
Number = Annotated[str, CourtText(1, 80, one_line=True), TYPED_NUMBER]
Why = Annotated[str, CourtText(10, 8000), field(T("Reasons"), widget="textarea")]


class DemandInput(CourtModel):
    """One definite sum that is due."""

    what: Annotated[
        str, CourtText(1, 500), field(T("What for"), T("For example: the price of the goods delivered on 3 March."))
    ]
    amount: Annotated[CourtMoney, field(T("Amount"), T("A definite sum, for example 3,240.00."))]
    due_on: Annotated[
        CourtDate, field(T("Since when is it due?"), T("The last day on which it should have been paid."))
    ]


class DebtorInput(CourtModel):
    """Who owes it, and where the order reaches them: without that no order is made (CPI 427)."""

    name: Annotated[
        str,
        CourtText(1, 200),
        field(T("Name of the person or organisation"), T("As in the identity document or licence.")),
    ]
    kind: Annotated[PartyKind, Choice(PartyKind), field(T("Who is it?"))] = PartyKind.COMPANY
    address: Annotated[
        str,
        CourtText(1, 400),
        field(T("Postal address"), T("Where the debtor lives or has its seat, in this country.")),
    ]
    email: Annotated[str | None, CourtEmail(), field(T("E-mail address"))] = None
    phone: Annotated[str | None, CourtPhone(), field(T("Telephone"))] = None


class PaymentOrderInput(CourtModel):
    """An application for a payment order (CPL 225; CPI 427)."""

    cause: Annotated[str, field(T("What is it about?"), choices="causes")]
    applicant: Annotated[ApplicantInput, field(T("About you"))]
    debtor: Annotated[DebtorInput, field(T("Who owes you the money"))]
    demands: Annotated[
        list[DemandInput],
        Field(min_length=1, max_length=10),
        field(T("Sum that is owed"), T("Each sum by itself: the debtor can object to one and not to another.")),
    ]
    facts: Annotated[
        list[FactInput],
        Field(min_length=1, max_length=30),
        field(T("Fact"), T("One thing in each box, in the order it happened.")),
    ]
    evidence: Annotated[
        str,
        CourtText(1, 4000),
        field(
            T("What shows it"),
            T(
                "Name each paper or file, for example the contract and the note of the debt. You send the files right afterwards, as exhibits."
            ),
            widget="textarea",
        ),
    ]
    owes_nothing: Annotated[bool, field(T("I owe the debtor nothing in return for it"))] = False
    no_other_dispute: Annotated[bool, field(T("There is no other dispute over debts between us"))] = False
    not_preserved: Annotated[
        bool, field(T("I have not asked any court to secure something for this before a claim"))
    ] = False

    @model_validator(mode="after")
    def _conditions_are_there(self) -> PaymentOrderInput:
        words = T("Without this there is no payment order. If it is not so, bring a claim instead.")
        missing = [name for name in ("owes_nothing", "no_other_dispute", "not_preserved") if not getattr(self, name)]
        if missing:
            raise InvalidInput([FieldFault((name,), words) for name in missing])
        return self


class TakePaymentOrderInput(CourtModel):
    """Whether the application is taken; where it is not, which condition is missing."""

    result: Annotated[
        Literal["taken", "not_taken"],
        field(
            T("Is the application taken?"),
            options={"taken": T("It is taken"), "not_taken": T("It is not taken")},
        ),
    ]
    ground: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Which condition is missing?"), T("Only where it is not taken."), choices="payment_order_not_taken"),
    ] = None
    reasons: Annotated[
        str | None,
        CourtText(0, 4000),
        field(T("Reasons"), T("Where it is not taken: why, and what one may do next."), widget="textarea"),
    ] = None

    @model_validator(mode="after")
    def _ground_belongs(self) -> TakePaymentOrderInput:
        if (self.result == "not_taken") != bool(self.ground):
            raise InvalidInput.at("ground", T("Name the ground for a refusal, and none where it is taken."))
        if self.result == "not_taken" and not self.reasons:
            raise InvalidInput.at("reasons", T("Fill this in."))
        return self


class IssuePaymentOrderInput(CourtModel):
    """The order, with the number of its case typed by hand."""

    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("From what facts and evidence the debt is clear and lawful."), widget="textarea"),
    ]
    case_number: Number


class EndPaymentOrderInput(CourtModel):
    """On which ground the application is dismissed or the procedure ends."""

    ground: Annotated[str, CourtText(1, 40, one_line=True), field(T("Ground"), choices="payment_order_ends")]
    reasons: Why
    case_number: Number


class PaymentObjectionInput(CourtModel):
    """What the debtor objects to, and why: in writing (CPI 436)."""

    demands: Annotated[
        list[Annotated[int, Field(ge=1, le=10)]],
        Field(min_length=1, max_length=10),
        field(
            T("Which sums do you object to?"),
            T("What you do not choose stands, and can be enforced."),
            choices="payment_demands",
            widget="checkboxes",
        ),
    ]
    words: Annotated[
        str,
        CourtText(1, 8000),
        field(
            T("Why you object"),
            T(
                "The court does not decide now who is right. Whoever only says that they cannot pay, want more time or another way to pay does not object."
            ),
            widget="textarea",
        ),
    ]


class ObjectionRuling(CourtModel):
    """The ruling on an objection, by its form alone."""

    result: Annotated[
        Literal["upheld", "dismissed", "withdrawn"],
        field(
            T("Result of the ruling"),
            options={
                "upheld": T("The objection stands: the procedure ends over what it is about"),
                "dismissed": T("It does not count as an objection: the order stands"),
                "withdrawn": T("Leave is given to withdraw the objection: the order stands"),
            },
        ),
    ]
    ground: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Ground"), T("Unless it is withdrawn."), choices="payment_objection_grounds"),
    ] = None
    reasons: Why
    case_number: Number

    @model_validator(mode="after")
    def _ground_belongs(self) -> ObjectionRuling:
        if (self.result != "withdrawn") != bool(self.ground):
            raise InvalidInput.at("ground", T("Name the ground, and none where the objection is withdrawn."))
        return self


class SetAsidePaymentOrderInput(CourtModel):
    """The ruling after the adjudication committee discussed an order that is wrong (CPI 441)."""

    committee_on: Annotated[CourtDate, field(T("Day on which the adjudication committee discussed it"))]
    reasons: Why
    case_number: Number


class DoubtInput(CourtModel):
    """Why an order in effect seems wrong."""

    reasons: Why


class OtherDebtInput(CourtModel):
    """Why a lawsuit is over another debt."""

    reasons: Why


class NothingSaid(CourtModel):
    """Nothing is said beside the act itself."""


class LapseInput(CourtModel):
    """Which lapse of a payment order goes over: the number of the entry that ruled it."""

    lapse: int
