"""What parties write in offers and agreements, and in an application for confirmation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator

from odr.filing.inputs import ApplicantInput, RespondentInput
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.procedure.forms.faults import faults_of
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, field
from odr.settlement.models import Ending


class InstalmentInput(CourtModel):
    """One payment and its day."""

    on: Annotated[CourtDate, field(T("Last day for this payment"))]
    amount: Annotated[CourtMoney, field(T("Amount"))]


class TermsInput(CourtModel):
    """What is agreed: money, by when, and what else."""

    amount: Annotated[CourtMoneyOrZero, field(T("Amount in all"), T("Nothing, if it is only about doing something."))]
    payer: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("Who pays"), choices="settling_parties")] = (
        None
    )
    instalments: Annotated[
        list[InstalmentInput],
        Field(max_length=60),
        field(
            T("Payment"), T("One payment, or several over time. Leave the lines empty that you do not need."), ready=3
        ),
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

    @model_validator(mode="wrap")
    @classmethod
    def _all_in_one_list(cls, data: Any, handler: ModelWrapValidatorHandler[TermsInput]) -> TermsInput:
        """What is missing is told together with what cannot be read: one list, not one after the other."""
        try:
            return handler(data)
        except ValidationError as error:
            found = list(faults_of(cls, error))
        told = {one.location[0] for one in found if one.location}
        more = [one for one in _missing(data) if one.location[0] not in told] if isinstance(data, Mapping) else []
        raise InvalidInput([*found, *more])

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


def _missing(given: Mapping[str, Any]) -> Iterator[FieldFault]:
    """What terms lack, told from what was written, also where some of it cannot be read."""
    if bool(given.get("deed")) != bool(given.get("deed_by")):
        yield FieldFault(("deed_by",), T("Say what else is done, and who does it."))
    if str(given.get("amount") or "").strip(" 0.,") and not given.get("payer"):
        yield FieldFault(("payer",), T("Say who pays."))
    if str(given.get("amount") or "").strip(" 0.,") and not given.get("instalments"):
        yield FieldFault(("instalments",), T("Say by when it is paid."))


class AgreementRef(CourtModel):
    """Which agreement."""

    agreement: Annotated[str, CourtText(1, 40, one_line=True), field(T("Agreement"), widget="hidden")]


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
            T("Everybody has to apply within [time confirmation_application] of this day [CPL 205]."),
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
        list[InstalmentInput],
        Field(max_length=60),
        field(
            T("Payment"), T("One payment, or several over time. Leave the lines empty that you do not need."), ready=3
        ),
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
