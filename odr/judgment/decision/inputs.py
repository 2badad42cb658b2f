"""What a judge writes in a draft decision: reasons, orders and shares of costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from odr.docket.models import Case
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.vocabulary import DecisionKind, FirstJudgment, OrderKind
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtDate, CourtModel, CourtMoney, CourtText, field
from odr.procedure.papers.language import CaseLanguage

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class ReasonInput(CourtModel):
    """One paragraph of the reasons and what it rests on."""

    text: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Reasons"), T("Write C-1, fact 3 or finding 2 and the reader gets a link."), widget="textarea"),
    ]
    articles: Annotated[
        str | None, CourtText(0, 400, one_line=True), field(T("Articles"), T("For example: [=CC 577]."))
    ] = None


@choice_source("reliefs_asked")
def reliefs_asked(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What was asked for, by claim and number."""
    return [
        Option(
            key,
            f"{r.number}. {r.what}",
            str(Money(r.amount_minor, r.currency or c.currency)) if r.amount_minor else None,
        )
        for key, (c, r) in reliefs_by_key(sitting.session, case).items()
    ]


class OrderInput(CourtModel):
    """One order, structured."""

    kind: Annotated[OrderKind, Choice(OrderKind), field(T("The court orders"))]
    relief: Annotated[
        str | None,
        CourtText(0, 60, one_line=True),
        field(
            T("Answers"),
            T("What was asked for. Leave it open only to dismiss everything else."),
            choices="reliefs_asked",
        ),
    ] = None
    debtor: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("Who must do it"), choices="parties_by_label")
    ] = None
    jointly_with: Annotated[
        list[str],
        Field(max_length=20),
        field(
            T("Who owes it jointly with them"),
            T("Each owes the whole; it is owed once, and what one of them pays counts for all."),
            choices="parties_by_label",
            widget="checkboxes",
        ),
    ] = []
    creditor: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("To whom"), choices="parties_by_label")
    ] = None
    amount: Annotated[CourtMoney | None, field(T("Amount"), T("Without interest."))] = None
    interest_from: Annotated[CourtDate | None, field(T("Interest from"))] = None
    interest_percent: Annotated[
        Decimal | None,
        Field(gt=0, le=36, max_digits=7, decimal_places=4),
        field(T("Percent a year"), T("For example 3.1.")),
    ] = None
    instalments: Annotated[
        int | None,
        Field(ge=1, le=60),
        field(
            T("Monthly instalments"),
            T("Leave it empty if all is due at once. If an instalment is late, all the rest falls due."),
        ),
    ] = None
    what: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("What"),
            T("For an order to do or stop something, a declaration, or words beside a payment."),
            widget="textarea",
        ),
    ] = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> OrderInput:
        faults = []
        if self.kind is OrderKind.PAY and self.amount is None:
            faults.append(FieldFault(("amount",), T("An order to pay needs an amount.")))
        if self.kind is not OrderKind.PAY and self.amount is not None:
            faults.append(FieldFault(("amount",), T("Only an order to pay has an amount.")))
        if self.kind in (OrderKind.PAY, OrderKind.DO, OrderKind.REFRAIN) and self.debtor is None:
            faults.append(FieldFault(("debtor",), T("Say who must do it.")))
        if self.kind is OrderKind.PAY and self.creditor is None:
            faults.append(FieldFault(("creditor",), T("Say to whom it is paid.")))
        if self.debtor is not None and self.debtor == self.creditor:
            faults.append(FieldFault(("creditor",), T("Nobody owes something to themselves.")))
        if self.jointly_with and self.debtor is None:
            faults.append(FieldFault(("debtor",), T("Say who must do it.")))
        if len({self.debtor, self.creditor, *self.jointly_with}) < len(self.jointly_with) + len(
            {self.debtor, self.creditor}
        ):
            faults.append(
                FieldFault(("jointly_with",), T("Name each of those who owe it once, and nobody to whom it is owed."))
            )
        if self.kind in (OrderKind.DO, OrderKind.REFRAIN, OrderKind.DECLARE) and not self.what:
            faults.append(FieldFault(("what",), T("Say what is ordered.")))
        if (self.interest_from is None) != (self.interest_percent is None):
            faults.append(FieldFault(("interest_percent",), T("Interest needs both a first day and a rate.")))
        if self.instalments is not None and self.kind is not OrderKind.PAY:
            faults.append(FieldFault(("instalments",), T("Only an order to pay has instalments.")))
        if self.interest_from is not None and self.kind is not OrderKind.PAY:
            faults.append(FieldFault(("interest_from",), T("Only an order to pay bears interest.")))
        if faults:
            raise InvalidInput(faults)
        return self


class CostShareInput(CourtModel):
    """What part of the court fee one party bears."""

    party: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Party"), choices="parties_by_label", widget="hidden")
    ]
    percent: Annotated[
        Decimal, Field(ge=0, le=100, max_digits=7, decimal_places=4), field(T("Bears percent of the court fee"))
    ]


class DraftInput(CourtModel):
    """A decision in its parts (CPL 155); findings come from the findings, the remedy from the rules."""

    kind: Annotated[DecisionKind, Choice(DecisionKind), field(T("Kind of decision"))] = DecisionKind.JUDGMENT
    language: CaseLanguage = ""
    short: Annotated[
        bool,
        field(
            T("Short form: parties, what was asked for, orders"),
            T("Only in small claims [CPI 280]."),
        ),
    ] = False
    history: Annotated[str | None, CourtText(0, 8000), field(T("How the case came here"), widget="textarea")] = None
    claims: Annotated[str, CourtText(1, 8000), field(T("What the claimant asks for, and why"), widget="textarea")]
    answers: Annotated[str | None, CourtText(0, 8000), field(T("What the respondent answers"), widget="textarea")] = (
        None
    )
    issues: Annotated[
        str | None, CourtText(0, 4000), field(T("Questions in dispute"), T("One in each line."), widget="textarea")
    ] = None
    reasons: Annotated[list[ReasonInput], Field(max_length=60), field(T("Paragraph"))] = []
    first_judgment: Annotated[
        Literal["upheld", "corrected", "changed"] | None,
        field(
            T("The first judgment"),
            T(
                "The retrial says what becomes of it [CPI 405]. Upheld, it is performed as it stands: leave its orders as they are, or take them all out."
            ),
            options={one.value: one.label for one in FirstJudgment if one is not FirstJudgment.REVOKED},
            widget="select",
        ),
    ] = None
    first_why: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("What was wrong with the first judgment or the mediation statement"),
            T(
                "The defects of the judgment and how they are corrected, or what made its result wrong; of a mediation statement, which ground is shown, and by what. It stands in the judgment."
            ),
            widget="textarea",
        ),
    ] = None
    orders: Annotated[list[OrderInput], Field(max_length=60), field(T("Order"))] = []
    costs: Annotated[list[CostShareInput], Field(max_length=40), field(T("Share of the court fee"), lock=True)] = []
    jointly: Annotated[bool, field(T("The losing parties bear the fee jointly"))] = False
    directly: Annotated[
        bool,
        field(
            T("The winner agreed to be paid the fee by the loser directly"),
            T("Otherwise the court returns it and the loser pays the court [CPI 207]."),
        ),
    ] = False
    days: Annotated[int | None, Field(ge=1, le=365), field(T("Days to perform after the decision takes effect"))] = None

    @model_validator(mode="after")
    def _something_is_ordered(self) -> DraftInput:
        if not self.orders and self.first_judgment not in ("upheld", "corrected"):
            raise InvalidInput.at("orders", T("Give at least one order."))
        return self
