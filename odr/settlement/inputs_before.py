"""What is written before a claim: asking for mediation, and for the confirmation of an agreement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.filing.inputs import ApplicantInput, RespondentInput
from odr.procedure.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field
from odr.settlement.inputs import LANGUAGES, InstalmentInput
from odr.text import T


class BeforeFilingInput(CourtModel):
    """Asking for mediation before any claim (OMR 8)."""

    cause: Annotated[str, field(T("What is the dispute about?"), choices="causes")]
    applicant: Annotated[ApplicantInput, field(T("About you"))]
    respondents: Annotated[list[RespondentInput], Field(min_length=1, max_length=5), field(T("With whom"))]
    what: Annotated[
        str,
        CourtText(1, 4000),
        field(T("What happened"), T("Shortly. The other side and the mediator read it."), widget="textarea"),
    ]
    asks: Annotated[str, CourtText(1, 2000), field(T("What would settle it?"), widget="textarea")]
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("If it is about money."))] = None


class ReturnMediationInput(CourtModel):
    """Why an application for mediation goes back (OMR 9)."""

    ground: Annotated[
        Literal["scope", "other_court", "unsuited"],
        field(
            T("Why"),
            options={
                "scope": T("The court does not hear such disputes"),
                "other_court": T("Another court is to be asked"),
                "unsuited": T("It is not suited to mediation online"),
            },
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]


class AgreementMadeInput(CourtModel):
    """An agreement made before a mediation organisation, and its people."""

    cause: Annotated[str, field(T("What was the dispute about?"), choices="causes")]
    applicant: Annotated[ApplicantInput, field(T("About you"))]
    other: Annotated[RespondentInput, field(T("The other party to the agreement"))]
    organisation: Annotated[str, CourtText(1, 200, one_line=True), field(T("Before which mediation organisation"))]
    effective_on: Annotated[
        CourtDate,
        field(
            T("Since when it binds"),
            T("Everybody has to apply within thirty days of this day (Civil Procedure Law, art. 205)."),
        ),
    ]
    words: Annotated[str, CourtText(1, 16000), field(T("The agreement, word for word"), widget="textarea")]


class ConfirmationInput(AgreementMadeInput):
    """Asking the court to confirm it; what it orders is said once more in a form that can be enforced (CPL 205; CPI
    354).
    """

    payer: Annotated[
        Literal["me", "other", "nobody"],
        field(
            T("Who pays"),
            options={"me": T("I do"), "other": T("The other side"), "nobody": T("Nobody; it is about doing something")},
        ),
    ] = "other"
    amount: Annotated[CourtMoney | None, field(T("Amount in all"))] = None
    instalments: Annotated[
        list[InstalmentInput], Field(max_length=60), field(T("Payment"), T("One payment, or several over time."))
    ] = []
    accelerates: Annotated[bool, field(T("If one payment is late, everything left falls due"))] = False
    deed: Annotated[str | None, CourtText(0, 2000), field(T("What else"), widget="textarea")] = None
    deed_by: Annotated[
        Literal["me", "other"] | None, field(T("Who does it"), options={"me": T("I do"), "other": T("The other side")})
    ] = None

    @model_validator(mode="after")
    def _adds_up(self) -> ConfirmationInput:
        faults = []
        if (self.payer == "nobody") != (self.amount is None):
            faults.append(FieldFault(("amount",), T("Give the amount, or say that nobody pays.")))
        if self.amount is None and not self.deed:
            faults.append(FieldFault(("deed",), T("Say what is paid, or what else is done.")))
        if bool(self.deed) != bool(self.deed_by):
            faults.append(FieldFault(("deed_by",), T("Say what else is done, and who does it.")))
        if self.amount is not None and sum(i.amount.minor for i in self.instalments) != self.amount.minor:
            faults.append(
                FieldFault(("instalments",), T("The payments must add up to %(amount)s.", amount=self.amount))
            )
        if faults:
            raise InvalidInput(faults)
        return self


class OpenedInput(CourtModel):
    """What a case of confirmation opened by the court itself is about."""

    organisation: str
    effective_on: CourtDate
    from_case: str


class SupplementRequestInput(CourtModel):
    """What the court still wants to know about an agreement."""

    what: Annotated[str, CourtText(1, 4000), field(T("What is missing or in doubt"), widget="textarea")]
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days to answer"))] = None


class SupplementInput(CourtModel):
    """A party's answer to what the court asked."""

    words: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Your answer"), T("Documents can be submitted as exhibits."), widget="textarea"),
    ]


class ConfirmationRulingInput(CourtModel):
    """The ruling on an application for confirmation, with the number of its case typed by hand."""

    result: Annotated[
        Literal["confirmed", "dismissed", "not_accepted", "withdrawn"],
        field(
            T("Ruling"),
            options={
                "confirmed": T("The agreement is valid"),
                "dismissed": T("The application is dismissed"),
                "not_accepted": T("The application is not accepted"),
                "withdrawn": T("The application is withdrawn"),
            },
        ),
    ]
    ground: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(T("Ground"), T("Unless it is confirmed or withdrawn."), choices="grounds_not_to_confirm"),
    ] = None
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    case_number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(
            T("Type the number of the case"),
            T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
        ),
    ]
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the decision"), options=LANGUAGES)] = "zh-Hans"

    @model_validator(mode="after")
    def _ground_belongs(self) -> ConfirmationRulingInput:
        if (self.result in ("dismissed", "not_accepted")) != bool(self.ground):
            raise InvalidInput.at("ground", T("Name the ground on which it is not confirmed, and no other time."))
        return self


class ObjectionInput(CourtModel):
    """Why a confirmation is wrong (CPI 372)."""

    words: Annotated[str, CourtText(1, 8000), field(T("Why the confirmation is wrong"), widget="textarea")]


class ObjectionRulingInput(CourtModel):
    """The ruling on an objection to a confirmation."""

    result: Annotated[
        Literal["stands", "set_aside"],
        field(
            T("Ruling"),
            options={
                "stands": T("The objection is dismissed; the confirmation stands"),
                "set_aside": T("The confirmation is set aside"),
            },
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    language: Annotated[Literal["zh-Hans", "en"], field(T("Language of the decision"), options=LANGUAGES)] = "zh-Hans"
