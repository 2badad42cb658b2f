"""Who did not register for an action of many sues by themselves: where their claim is right, the judgment applies to
them (CPL 57; CPI 80).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from odr.docket.models import Audience, Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.progress import end_clocks
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.decision.costs import fee_and_prepaid
from odr.judgment.enforcement.effect import PERFORMANCE
from odr.judgment.group.judgments import IN_EFFECT, GroupJudgment, fitting
from odr.judgment.group.models import AppliedJudgment
from odr.judgment.meetings.binding import the_committee_is_waited_for
from odr.judgment.models import Obligation
from odr.judgment.queries import decisions_of
from odr.judgment.vocabulary import DecisionState, Instrument
from odr.payments.costs.demands import order_costs
from odr.payments.costs.rules import allocate_costs
from odr.procedure.acts.events import CaseEffective
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, RefTo, field
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 57", "CPI 80")
def a_judgment_fits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to apply."""
    return (
        None
        if fitting(sitting, case)
        else T("No judgment in an action of many against this side is in effect, or the claimant took part in it.")
    )


@guard("CPL 128")
def respondents_were_heard(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why it is too early: a respondent has not got the claim, or may still answer it (CPL 128)."""
    for party in parties(case, Role.RESPONDENT):
        windows = sitting.windows(case, "answer", party=party, state=None)
        if not windows or windows[-1].state is WindowState.OPEN:
            return T("%(name)s has not got the claim yet, or may still answer it.", name=party.name)
    return None


def the_other_case(sitting: Sitting, case: Case, given: ApplyJudgmentInput) -> list[Case]:
    """The action of many, locked together with the claim. Raises InvalidInput."""
    found = next((one for one in fitting(sitting, case) if one.group.reference == given.judgment), None)
    if found is None:
        raise InvalidInput.at("judgment", T("Choose one of those listed."))
    return [found.case]


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
            T("The claimant bears the rest: the part on which they lost."),
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


@act(
    title=T("Rule that the judgment in an action of many applies"),
    input=ApplyJudgmentInput,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING, Stage.DELIBERATION},
    to={Stage.EFFECTIVE},
    guard=(a_judgment_fits, respondents_were_heard, the_committee_is_waited_for),
    with_cases=the_other_case,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: the judgment in the action of many applies"),
        T(
            "Whoever has to pay or do something got a letter with its last day; what is not done by then can be enforced. No appeal lies against this ruling."
        ),
        when_due=T(
            "Pay or do what the ruling says by the end of %(day)s; what is not done by then can be enforced. No appeal lies against this ruling.",
            day=DAY,
        ),
    ),
    paper=RulingForm(
        T("Judgment in an action of many"),
        NO_APPEAL,
        result="",
        ruled=T("The claim is right. The judgment in the action of many applies to it."),
    ),
    source=law("CPL 57, 157", "CPI 80"),
    desk=desks.APPLY_JUDGMENT,
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "For a claim by somebody who had not registered. If it is right, nothing needs to be tried again. If it is not, decide it like any other."
    ),
)
def apply_group_judgment(
    sitting: Sitting, case: Case, given: ApplyJudgmentInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Find the claim right and apply the judgment in effect to it: what is owed can be enforced, the costs are decided,
    both dockets say so (CPL 57; CPI 80).

    Amounts are in the currency of the court. Raises InvalidInput for a debtor who is not respondent.
    """
    found: GroupJudgment = sitting.resolved("group_judgment", given.judgment)
    debtors = _debtors(sitting, case, given.orders)
    row = AppliedJudgment(
        case_id=case.id,
        group_case_id=found.case.id,
        decision_id=found.decision.id,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    _drop_drafts(sitting, case)
    end_clocks(sitting, case, now)
    _owe(sitting, case, given, debtors, now)
    bears = _costs(sitting, case, given)
    case.effective_at = now
    sitting.move(case, Stage.EFFECTIVE)
    sitting.announce(CaseEffective(case))
    sitting.then(
        names.NOTE_APPLIED_JUDGMENT,
        AppliedFact(case=case.number or case.reference, reference=case.reference),
        case=found.case,
    )
    result = {
        "judgment_in": found.case.number,
        "reference": found.case.reference,
        "decision": found.decision.reference,
        "bears": bears,
    }
    return Recorded(
        T("The judgment in the action of many %(number)s applies", number=found.case.number or found.case.reference),
        result,
    )


def _debtors(sitting: Sitting, case: Case, orders: Sequence[AppliedOrderInput]) -> list[Party]:
    known, currency = {p.label: p for p in parties(case, Role.RESPONDENT)}, sitting.pack(case).currency
    faults = [
        FieldFault(("orders", n, "debtor"), T("Choose one of those listed."))
        for n, one in enumerate(orders)
        if one.debtor not in known
    ]
    faults += [
        FieldFault(("orders", n, "amount"), T("The amount is not in the currency of this court."))
        for n, one in enumerate(orders)
        if one.amount is not None and one.amount.currency != currency
    ]
    if faults:
        raise InvalidInput(faults)
    return [known[one.debtor] for one in orders]


def _drop_drafts(sitting: Sitting, case: Case) -> None:
    for decision in decisions_of(sitting.session, case, DecisionState.DRAFT, DecisionState.COOLING):
        decision.state = DecisionState.DROPPED


def _owe(sitting: Sitting, case: Case, given: ApplyJudgmentInput, debtors: Sequence[Party], now: datetime) -> None:
    """Write what is owed and start each debtor's time to perform it; it can be enforced like a judgment."""
    creditor = parties(case, Role.CLAIMANT)[0]
    due = reckon(sitting.pack(case), PERFORMANCE, now, amount=given.days)
    for order, debtor in zip(given.orders, debtors, strict=True):
        sitting.session.add(
            Obligation(
                case_id=case.id,
                instrument=Instrument.APPLIED,
                debtor_id=debtor.id,
                creditor_id=creditor.id,
                amount_minor=order.amount.minor if order.amount else None,
                currency=order.amount.currency if order.amount else None,
                what=order.what,
                due_on=due.result,
                entry_number=sitting.next_number(case),
            )
        )
    for party in {p.id: p for p in debtors}.values():
        sitting.start_window(case, PERFORMANCE, party=party, start=now, amount=given.days)
    sitting.session.flush()


def _costs(sitting: Sitting, case: Case, given: ApplyJudgmentInput) -> dict[str, int]:
    """Who bears the fee of this claim: the respondents the part ruled, in equal parts, the claimant the rest (FEE 29)."""
    fee, prepaid = fee_and_prepaid(sitting, case)
    lost = Fraction(given.percent) / 100
    losers = [p.label for p in parties(case, Role.RESPONDENT)]
    shares = {parties(case, Role.CLAIMANT)[0].label: 1 - lost, **{label: lost / len(losers) for label in losers}}
    allocation = allocate_costs(sitting.pack(case), fee, prepaid, shares)
    order_costs(sitting, case, {share.party: share.bears for share in allocation.shares})
    return {share.party: share.bears.minor for share in allocation.shares}


class AppliedFact(CourtModel):
    """To which claim the judgment of this action of many was applied."""

    case: str
    reference: str


@act(
    title=T("The judgment was applied to another claim"),
    input=AppliedFact,
    by={Role.CLOCK},
    at=set(IN_EFFECT),
    listed=False,
    while_stayed=True,
    seen_by=Audience.COURT,
    source=law("CPL 57", "CPI 80"),
)
def note_applied_judgment(sitting: Sitting, case: Case, given: AppliedFact, *, actor: Actor, now: datetime) -> Recorded:
    """Note on the docket of the action of many to which claim its judgment was applied; whose claim it is, only the
    court reads (CPL 57).
    """
    return Recorded(
        T("The judgment was applied to the claim %(number)s, by somebody who had not registered", number=given.case),
        given.model_dump(),
    )
