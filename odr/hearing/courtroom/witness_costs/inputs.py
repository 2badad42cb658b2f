"""What is given in the acts about a witness's costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from odr.ground.text import T
from odr.hearing.inputs import Reasons
from odr.payments.models import Channel
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field

RATES_HELP = T("At the rates for officials on duty [CPI 118]. 0 if nothing.")

Transport = Annotated[CourtMoneyOrZero, field(T("Transport"), T("There and back. 0 if nothing."))]
Lodging = Annotated[CourtMoneyOrZero, field(T("Lodging"), RATES_HELP)]
Meals = Annotated[CourtMoneyOrZero, field(T("Meals"), RATES_HELP)]
LostDays = Annotated[
    int,
    Field(ge=0, le=60),
    field(
        T("Days of work lost"),
        T("Days on which no wage was earned. What a day counts is the State’s average daily wage of the year before."),
    ),
]


class StateCostsInput(CourtModel):
    """What coming to testify costs a witness, by kind (CPL 77; EV 75)."""

    witness: Annotated[str, RefTo("witness"), field(T("Witness"), choices="witnesses_with_costs")]
    transport: Transport
    lodging: Lodging
    meals: Meals
    days_away: Annotated[int, Field(ge=0, le=60), field(T("Days away"), T("On the way and at the court."))]
    lost_days: LostDays
    words: Annotated[
        str,
        CourtText(5, 2000),
        field(
            T("What shows it?"),
            T("Tickets, bills, a letter of the employer. Keep them: the court may ask to see them."),
            widget="textarea",
        ),
    ]
    hardship: Annotated[
        str | None,
        CourtText(0, 1000),
        field(
            T("Why is it needed before they come?"),
            T("Only if the witness cannot lay it out themselves [EV 75]. Otherwise leave it empty."),
            widget="textarea",
        ),
    ] = None


class RuleOnCostsInput(CourtModel):
    """What of a witness's costs is paid; nothing of a kind is 0."""

    cost: Annotated[str, RefTo("witness_cost"), field(T("Whose costs?"), choices="witness_costs_stated")]
    transport: Annotated[CourtMoneyOrZero, field(T("Transport"))]
    lodging: Annotated[CourtMoneyOrZero, field(T("Lodging"))]
    meals: Annotated[CourtMoneyOrZero, field(T("Meals"))]
    lost_days: Annotated[int, Field(ge=0, le=60), field(T("Days of work lost"))]
    reasons: Reasons


class PayWitnessInput(CourtModel):
    """What a witness is paid (CPL 77; FEE 11)."""

    cost: Annotated[str, RefTo("witness_cost"), field(T("Witness"), choices="witness_costs_to_pay")]
    amount: Annotated[
        CourtMoney,
        field(T("Paid to the witness"), T("Never more than was allowed. What a party advanced beyond it goes back.")),
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
