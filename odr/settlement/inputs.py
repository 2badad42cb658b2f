"""What parties and mediator write in the private room."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.procedure.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, field
from odr.settlement.models import Ending
from odr.text import T

LANGUAGES = {"zh-Hans": T("Chinese"), "en": T("English")}


class InstalmentInput(CourtModel):
    """One payment and its day."""

    on: Annotated[CourtDate, field(T("By"))]
    amount: Annotated[CourtMoney, field(T("Amount"))]


class TermsInput(CourtModel):
    """What is agreed: money, by when, and what else."""

    amount: Annotated[CourtMoneyOrZero, field(T("Amount in all"), T("Nothing, if it is only about doing something."))]
    payer: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("Who pays"), choices="settling_parties")] = (
        None
    )
    instalments: Annotated[
        list[InstalmentInput], Field(max_length=60), field(T("Payment"), T("One payment, or several over time."))
    ] = []
    accelerates: Annotated[bool, field(T("If one payment is late, everything left falls due"))] = False
    deed: Annotated[
        str | None,
        CourtText(0, 2000),
        field(T("What else"), T("For example: the goods go back at the shop’s cost; an apology."), widget="textarea"),
    ] = None
    deed_by: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("Who does it"), choices="settling_parties")
    ] = None
    ending: Annotated[Ending, Choice(Ending), field(T("How does the case end?"))] = Ending.STATEMENT

    @model_validator(mode="after")
    def _adds_up(self) -> TermsInput:
        faults = []
        if not self.amount.minor and not self.deed:
            faults.append(FieldFault(("amount",), T("Offer an amount, or say what else is done.")))
        if bool(self.deed) != bool(self.deed_by):
            faults.append(FieldFault(("deed_by",), T("Say what else is done, and who does it.")))
        if self.amount.minor and not self.payer:
            faults.append(FieldFault(("payer",), T("Say who pays.")))
        if self.amount.minor and not self.instalments:
            faults.append(FieldFault(("instalments",), T("Say by when it is paid.")))
        if self.instalments and (
            any(i.amount.currency != self.amount.currency for i in self.instalments)
            or sum(i.amount.minor for i in self.instalments) != self.amount.minor
        ):
            faults.append(
                FieldFault(("instalments",), T("The payments must add up to %(amount)s.", amount=self.amount))
            )
        if [i.on for i in self.instalments] != sorted({i.on for i in self.instalments}):
            faults.append(
                FieldFault(("instalments",), T("Give the payments in the order of their days, one for each day."))
            )
        if faults:
            raise InvalidInput(faults)
        return self


class OfferInput(TermsInput):
    """An offer to another party."""

    to: Annotated[str, CourtText(1, 40, one_line=True), field(T("To"), choices="settling_others")]
    words: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("A word to the other side, if you want"),
            T("Without prejudice: it is read by the other side only, never by the judge."),
            widget="textarea",
        ),
    ] = None
    days: Annotated[
        int, Field(ge=1, le=60), field(T("Open for days"), T("Counted from the day after the other side can read it."))
    ] = 7


class OfferRef(CourtModel):
    """Which offer."""

    offer: Annotated[str, CourtText(1, 40, one_line=True), field(T("Offer"), widget="hidden")]


class DeclineInput(OfferRef):
    """Declining an offer, kindly if one likes."""

    words: Annotated[
        str | None, CourtText(0, 2000), field(T("A word to the other side, if you want"), widget="textarea")
    ] = None


class AgreementRef(CourtModel):
    """Which agreement."""

    agreement: Annotated[str, CourtText(1, 40, one_line=True), field(T("Agreement"), widget="hidden")]


class DeclineAgreementInput(AgreementRef):
    """Why a text is not signed."""

    words: Annotated[
        str | None, CourtText(0, 2000), field(T("A word to the other side, if you want"), widget="textarea")
    ] = None


class StatementInput(AgreementRef):
    """Making the mediation statement, with the number of its case typed by hand."""

    case_number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(
            T("Type the number of the case"),
            T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
        ),
    ]
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the statement"), options=LANGUAGES)] = "zh-Hans"


class RefuseAgreementInput(AgreementRef):
    """Why the court makes no statement of an agreement."""

    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]


class MediateInput(CourtModel):
    """Asking for mediation, or agreeing to it."""

    words: Annotated[
        str | None, CourtText(0, 2000), field(T("A word to the other side, if you want"), widget="textarea")
    ] = None


class ChooseMediatorInput(CourtModel):
    """Which mediator."""

    mediator: Annotated[str, CourtText(1, 254, one_line=True), field(T("Mediator"), choices="mediators")]


class EndMediationInput(CourtModel):
    """How a mediation ended."""

    note: Annotated[str | None, CourtText(0, 2000), field(T("Note for the parties"), widget="textarea")] = None


class MessageInput(CourtModel):
    """Something said in the room."""

    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("Your words"), T("Without prejudice. Nothing said here reaches the judge."), widget="textarea"),
    ]
    alone: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Only with the mediator"), T("Leave it open to speak to everybody."), choices="caucus"),
    ] = None


class MilderInput(CourtModel):
    """Other words in the place of a message."""

    message: Annotated[int, Field(ge=1), field(T("Which message"), choices="messages_in_room")]
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("In milder words"), T("Say what was meant, without what hurts. Add nothing."), widget="textarea"),
    ]


class LongerInput(CourtModel):
    """Until when a mediation is to last."""

    until: Annotated[
        CourtDate, field(T("Until"), T("The time is longer when everybody has named or agreed to this day."))
    ]


class ToJudgeInput(CourtModel):
    """Something said to the judge who mediates."""

    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("Your words"), T("The judge who decides the case and the other side read this."), widget="textarea"),
    ]


class JudgeMediationInput(CourtModel):
    """Agreeing that the judge of the case mediates."""

    aware: Annotated[
        bool,
        field(
            T("I know that this judge decides the case if we do not agree"),
            T(
                "What you concede here to come to terms is not held against you (Online Mediation Rules, art. 18), but the judge will have read it."
            ),
        ),
    ] = False

    @model_validator(mode="after")
    def _aware(self) -> JudgeMediationInput:
        if not self.aware:
            raise InvalidInput.at("aware", T("Tick this, or leave it: you need not agree."))
        return self


class ProposalInput(TermsInput):
    """A text that the mediator puts before everybody."""

    payee: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("Who is paid"), choices="settling_parties")
    ] = None


class BringStatementInput(CourtModel):
    """A signed statement of an accredited certifier, whole."""

    statement: Annotated[
        str,
        CourtText(1, 8000),
        field(
            T("Certified statement"),
            T(
                "Open the file that the police, the hospital, the appraiser, the insurer or the platform gave you, and paste all of it."
            ),
            widget="textarea",
        ),
    ]


class SimpleOfferInput(CourtModel):
    """An offer whose amount stands already: only when it is paid and how long the offer is open."""

    to: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("To"), T("Only needed where there are several on the other side."), choices="settling_others"),
    ] = None
    pay_within: Annotated[
        int, Field(ge=1, le=60), field(T("Paid within days"), T("Counted from the day of the offer."))
    ] = 15
    days: Annotated[
        int, Field(ge=1, le=60), field(T("Open for days"), T("Counted from the day after the other side can read it."))
    ] = 7


class InFullInput(SimpleOfferInput):
    """Offering everything that is asked for."""

    ending: Annotated[Ending, Choice(Ending), field(T("How does the case end?"))] = Ending.STATEMENT


class PayoutInput(AgreementRef):
    """To which account what was agreed is paid."""

    holder: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name of the account holder"))]
    bank: Annotated[str, CourtText(1, 200, one_line=True), field(T("Bank or payment service"))]
    account: Annotated[
        str,
        CourtText(4, 60, one_line=True),
        field(T("Account number"), T("Only you and the payer read it. The court never holds this money.")),
    ]
