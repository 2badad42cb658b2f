"""The ruling that a judgment in an action of many applies to a claim."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import InvalidInput
from odr.procedure.inputs import CourtModel, CourtMoney, CourtText, RefTo, field
from odr.text import T

LIMITATION = {
    "in_time": T("The claim was brought within the limitation period"),
    "not_raised": T("Nobody raised that the limitation period has run out"),
}


class AppliedOrderInput(CourtModel):
    """What one respondent owes the claimant by the measure of the judgment."""

    debtor: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Who must do it"), choices="debtors_by_label", widget="select")
    ]
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("By the measure of the judgment, for this claim."))] = (
        None
    )
    what: Annotated[
        str | None,
        CourtText(0, 2000),
        field(T("What"), T("Words beside a payment, or what has to be done."), widget="textarea"),
    ] = None

    @model_validator(mode="after")
    def _something(self) -> AppliedOrderInput:
        if self.amount is None and not self.what:
            raise InvalidInput.at("amount", T("Enter the amount, or say what has to be done."))
        return self


class ApplyJudgmentInput(CourtModel):
    """That the claim is right, and what follows from the judgment for it."""

    judgment: Annotated[
        str, RefTo("group_judgment"), field(T("Which judgment applies?"), choices="group_judgments", widget="radios")
    ]
    limitation: Annotated[Literal["in_time", "not_raised"], field(T("Limitation of actions"), options=LIMITATION)]
    orders: Annotated[
        list[AppliedOrderInput], Field(min_length=1, max_length=20), field(T("It follows for this claim"))
    ]
    days: Annotated[int, Field(ge=1, le=180), field(T("Days to perform"), T("From this ruling."))] = 10
    percent: Annotated[
        Decimal,
        Field(ge=0, le=100, max_digits=7, decimal_places=4),
        field(
            T("Percent of the court fee that the respondents bear"),
            T("The claimant bears the rest: the part on which she lost."),
        ),
    ] = Decimal(100)
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(
            T("Reasons"),
            T("Why the claim is right, and that it is of the kind the judgment decided."),
            widget="textarea",
        ),
    ]


class AppliedFact(CourtModel):
    """To which claim the judgment of this action of many was applied."""

    case: str
    reference: str
