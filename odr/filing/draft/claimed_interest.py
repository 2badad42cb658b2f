"""Interest for a claim being written: worked out to a day, with its working, and taken over as a request (CPI 201).
Pure but for the draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from odr.filing.draft.drafts import save_step
from odr.filing.models import Draft, ReliefKind
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.procedure.forms.form_data import Raw, money_text
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney, field
from odr.procedure.time.interest import InterestKind, InterestLine, ordered_per_day, rounded, stretches


class InterestInput(CourtModel):
    """A sum, a rate a year, and from when to when it bore interest."""

    principal: Annotated[CourtMoney, field(T("Sum that bears interest"))]
    rate: Annotated[
        Decimal,
        Field(gt=0, le=36, decimal_places=4),
        field(T("Rate a year, in percent"), T("For example 3.65, as agreed or as the law gives it.")),
    ]
    first: Annotated[CourtDate, field(T("From when"))]
    last: Annotated[CourtDate, field(T("Up to"))]

    @model_validator(mode="after")
    def _runs_forward(self) -> InterestInput:
        if self.last <= self.first:
            raise InvalidInput([FieldFault(("last",), T("The last day is not after the first."))])
        return self


@dataclass(frozen=True)
class Worked:
    """Interest up to a day, with the stretch it comes from."""

    given: InterestInput
    line: InterestLine
    amount: Money

    @property
    def words(self) -> Text:
        """What is asked for, as the claim says it."""
        return T(
            "Interest on %(sum)s at %(rate)s%% a year from %(first)s to %(last)s, and on until it is paid",
            sum=self.given.principal,
            rate=str(self.given.rate.normalize().to_eng_string()),
            first=self.given.first,
            last=self.given.last,
        )


def work_out(given: InterestInput) -> Worked:
    """Simple interest for the days between, a year of 365 days, rounded once at the end to the minor unit."""
    line = next(
        iter(
            stretches(
                InterestKind.ORDERED, given.principal.minor, [], given.first, given.last, ordered_per_day(given.rate)
            )
        )
    )
    return Worked(given, line, Money(rounded(line.exact), given.principal.currency))


def add_to(session: Session, draft: Draft, worked: Worked, locale: str, now: datetime, by: int) -> None:
    """A further row of what the draft asks for; nothing that stands there is changed, and the step is to be looked at
    again.
    """
    values = dict(draft.values.get("relief", {}))
    number = max(Raw(values).rows("relief"), default=-1) + 1
    row = {
        "kind": ReliefKind.MONEY.value,
        "what": worked.words.render(locale),
        "amount": money_text(worked.amount.minor, worked.amount.currency),
    }
    more = {f"relief-{number}-{name}": value for name, value in row.items()}
    save_step(session, draft, "relief", {**values, **more}, now, by=by, is_done="relief" in draft.done_steps)
