"""What the parties write when they settle in an enforcement."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.procedure.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field
from odr.text import T


class PartInput(CourtModel):
    """One payment and its day."""

    on: Annotated[CourtDate, field(T("By"))]
    amount: Annotated[CourtMoney, field(T("Amount"))]


class EnforcementSettlementInput(CourtModel):
    """What is paid and done in the place of the instrument."""

    amount: Annotated[CourtMoney, field(T("Amount in all"), T("In the place of everything that is enforced."))]
    instalments: Annotated[
        list[PartInput],
        Field(min_length=1, max_length=60),
        field(T("Payment"), T("One payment, or several over time.")),
    ]
    deed: Annotated[str | None, CourtText(0, 2000), field(T("What else"), widget="textarea")] = None

    @model_validator(mode="after")
    def _adds_up(self) -> EnforcementSettlementInput:
        faults = []
        if sum(i.amount.minor for i in self.instalments) != self.amount.minor:
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


class AnswerSettlementInput(CourtModel):
    """Signing it, or not."""

    answer: Annotated[
        Literal["sign", "decline"], field(T("Your answer"), options={"sign": T("I sign it"), "decline": T("I decline")})
    ]


class ResumeInput(CourtModel):
    """Why the instrument is enforced again."""

    ground: Annotated[
        Literal["not_kept", "deceived"],
        field(
            T("Why"), options={"not_kept": T("It is not kept"), "deceived": T("I was deceived or threatened into it")}
        ),
    ]
    facts: Annotated[str, CourtText(1, 4000), field(T("What happened"), widget="textarea")]
