"""What is given about an expert's attendance at a hearing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from odr.errors import FieldFault, InvalidInput
from odr.payments.models import Channel
from odr.procedure.inputs import CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field
from odr.text import T

Reasons = Annotated[str, CourtText(5, 4000), field(T("Reasons"), widget="textarea")]


class CallExpertInput(CourtModel):
    """An expert is called to be heard, and what her attendance costs (EV 38, 39)."""

    appraisal: Annotated[
        str,
        RefTo("appraisal"),
        field(
            T("Report"),
            T("Reports to which a party objects after the expert’s answer."),
            choices="appraisals_contested",
        ),
    ]
    travel: Annotated[
        CourtMoneyOrZero,
        field(
            T("Travel"),
            T("At the rates for officials on duty (Civil Procedure Law Interpretation, art. 118). 0 if nothing."),
        ),
    ]
    board: Annotated[CourtMoneyOrZero, field(T("Lodging and board"), T("At the same rates. 0 if nothing."))]
    earnings: Annotated[
        CourtMoneyOrZero,
        field(T("Lost earnings"), T("At the State’s average daily wage of the year before. 0 if nothing.")),
    ]
    days: Annotated[
        int | None, Field(ge=1, le=30), field(T("Days to prepay"), T("As the rules say, unless you set others."))
    ] = None


class RestInput(CourtModel):
    """The call whose rest is asked of who still objects."""

    call: str


class AttendanceFeeInput(CourtModel):
    """What follows from a part that was not prepaid in time (EV 38)."""

    share: Annotated[str, RefTo("expert_share"), field(T("Not prepaid in time"), choices="shares_unpaid")]
    answer: Annotated[
        Literal["given_up", "more_time"],
        field(
            T("Finding"),
            options={
                "given_up": T("The objection counts as given up"),
                "more_time": T("There is a good reason: more time to prepay"),
            },
            widget="radios",
        ),
    ]
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days more, if you give time"))] = None
    reasons: Reasons

    @model_validator(mode="after")
    def _time_has_days(self) -> AttendanceFeeInput:
        if (self.answer == "more_time") != (self.days is not None):
            raise InvalidInput(
                [FieldFault(("days",), T("Enter the days if you give more time; leave them empty otherwise."))]
            )
        return self


class AttendanceInput(CourtModel):
    """How an expert's attendance ended (EV 39, 81)."""

    call: Annotated[str, RefTo("expert_call"), field(T("Whose attendance?"), choices="expert_calls_live")]
    outcome: Annotated[
        Literal["heard", "at_fault", "refused", "not_needed"],
        field(
            T("How did it end?"),
            options={
                "heard": T("The expert was heard. What came in is for the expert, and the losing party bears it"),
                "at_fault": T("The expert was heard because the opinion was unclear or flawed, and bears the cost"),
                "refused": T("The expert refused to come: the opinion grounds no finding"),
                "not_needed": T("It is no longer needed that the expert comes"),
            },
            widget="radios",
        ),
    ]
    reasons: Reasons


class PassOnInput(CourtModel):
    """What is paid to an expert out of what was collected for her (FEE 11)."""

    call: Annotated[str, RefTo("expert_call"), field(T("Expert who was heard"), choices="expert_calls_to_pay")]
    amount: Annotated[
        CourtMoney,
        field(
            T("Paid to the expert"),
            T("What the attendance really cost, never more than came in. The rest goes back to who prepaid it."),
        ),
    ]
    channel: Annotated[
        Literal["transfer", "counter"],
        field(
            T("How is it paid?"),
            options={one.value: one.label for one in (Channel.TRANSFER, Channel.COUNTER)},
            widget="radios",
        ),
    ]
    slip: Annotated[str, CourtText(1, 120, one_line=True), field(T("Number of the transfer or slip"))]
