"""Acts about who bears the fee after the decision: demand, president's review, correction of a miscalculation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator
from sqlalchemy import func, select

from odr.docket.models import PARTY_ROLES, Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments import desks
from odr.payments.costs.demands import (
    allotted,
    borne_at_most,
    borne_by,
    carry_out,
    demand,
    order_costs,
    party_labelled,
    standing_fee,
    still_to_demand,
)
from odr.payments.fee.acts import EVERY_STAGE, OVER
from odr.payments.fee.addressees import who_pays
from odr.payments.fee.assessment import assessments_of, keep_basis, question_for, readers_of
from odr.payments.fee.fee_computation import FIRST_INSTANCE, NO_FEE, FeeQuestion, Matter, assess_filing
from odr.payments.fee.reassessment import ending_of, replace_unpaid
from odr.payments.fee.unpaid import ask_no_more
from odr.payments.inputs import BearsInput
from odr.payments.models import AssessmentState, CostsOrder, FeeAssessment, FeeBasis
from odr.payments.refund.orders import held_on, notices_with, orders_of, spread, unpaid_rows
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, RefTo, field
from odr.procedure.models import Task, WindowState
from odr.procedure.rules.base import law
from odr.procedure.rules.tariff import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REVIEW_WINDOW = "costs_review"

DECIDED = {Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED}


class DemandInput(CourtModel):
    """What a party owes the court under a costs decision."""

    party: Annotated[str, CourtText(1, 40), field(T("Party"), choices="fee_parties", widget="select")]
    amount: Annotated[CourtMoney, field(T("Amount"))]


def what_is_left(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """What can still be demanded, and of whom, so that nobody works it out by hand."""
    if allotted(sitting, case) is None:
        return []
    left = [(party, still_to_demand(sitting, case, party)) for party in parties(case)]
    return [
        T("%(name)s: %(amount)s can still be demanded.", name=party.name, amount=money)
        for party, money in left
        if money.minor
    ]


@act(
    title=T("Demand the fee from who bears it"),
    input=DemandInput,
    says=what_is_left,
    by={Role.CASHIER},
    at=OVER,
    while_stayed=True,
    source=law("CPI 207", "FEE 29"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Demand for your part of the court fee"),
        T("Pay it in the way the page of the case shows. If you do not, the court can enforce it."),
        "costs_demand",
    ),
    concerns=who_pays,
    desk=desks.COLLECT_COSTS,
    topic=Topic.FEE,
)
def demand_costs(sitting: Sitting, case: Case, given: DemandInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask the losing party for what it bears of the fee; it can be paid like any fee (CPI 207).

    Raises InvalidInput for more than the party bears by what was decided, less what it has borne or is asked for (FEE 29).
    """
    who = party_labelled(case, given.party)
    if given.amount.currency != sitting.pack(case).currency:
        raise InvalidInput.at("amount", T("The payment is not in the currency of this court."))
    left = still_to_demand(sitting, case, who)
    if given.amount.minor > left.minor:
        raise InvalidInput.at(
            "amount",
            T("Of %(name)s no more than %(left)s can still be demanded: so it was decided.", name=who.name, left=left)
            if left.minor
            else T("%(name)s bears nothing more of the fee: nothing can be demanded.", name=who.name),
        )
    row = demand(sitting, case, who, given.amount)
    sitting.close_tasks(case, desks.COLLECT_COSTS, who.reference)
    return Recorded(
        T("%(amount)s demanded from %(name)s", amount=row.amount, name=who.name),
        {"assessment": row.reference, "party": who.label, "amount": row.amount_minor, "currency": row.currency},
    )


@guard("COURT one-at-a-time")
def no_review_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """One request at a time."""
    waits = sitting.session.scalar(
        select(Task.id).where(Task.case_id == case.id, Task.kind == desks.COSTS_REVIEW.kind, Task.done_at.is_(None))
    )
    return T("A review is pending already.") if waits is not None else None


@guard("FEE 43")
def a_review_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A review answers a request."""
    return None if no_review_waits(sitting, case, actor) else T("Nobody has asked for a review.")


class AskReviewInput(CourtModel):
    """A party's objection to the costs decision alone (FEE 43)."""

    reasons: Annotated[str, CourtText(10, 4000), field(T("What is wrong with it?"), widget="textarea")]


@act(
    title=T("Ask the president to review the costs decision"),
    help=T("For the costs alone there is no appeal [FEE 43]."),
    input=AskReviewInput,
    by=set(PARTY_ROLES),
    at=DECIDED,
    guard=no_review_waits,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks for a review of the costs decision"),
        T("There is nothing you have to do now. The president of the court decides, and the decision is sent to you."),
    ),
    source=law("FEE 43"),
    topic=Topic.FEE,
)
def ask_costs_review(sitting: Sitting, case: Case, given: AskReviewInput, *, actor: Actor, now: datetime) -> Recorded:
    """Object to the costs decision alone; the president decides within fifteen days of receipt (FEE 43)."""
    who, due = sitting.party_of(case, actor), None
    if REVIEW_WINDOW in sitting.pack(case).windows.rules:
        due = sitting.start_window(case, REVIEW_WINDOW, start=now).due_at
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.COSTS_REVIEW,
        T("%(name)s asks for a review of the costs decision", name=who.name),
        risk=50,
        due_at=due,
    )
    return Recorded(T("%(name)s asked the president to review the costs decision", name=who.name))


REVIEW_WORDS = {"uphold": T("The decision stands"), "change": T("The decision is changed")}


class ReviewCostsInput(CourtModel):
    """The president's answer to it."""

    decision: Annotated[Literal["uphold", "change"], field(T("Decision"), widget="radios", options=REVIEW_WORDS)]
    lines: Annotated[list[BearsInput], Field(max_length=40), field(T("Party"))] = []
    reasons: Annotated[str, CourtText(10, 4000), field(T("Reasons"), widget="textarea")]

    @model_validator(mode="after")
    def _a_change_says_what(self) -> ReviewCostsInput:
        if (self.decision == "change") != bool(self.lines):
            raise InvalidInput(
                [
                    FieldFault(
                        ("lines",),
                        T("Enter what each party bears if the decision is changed; leave it empty if it stands."),
                    )
                ]
            )
        return self


@act(
    title=T("Decide on the review of the costs"),
    input=ReviewCostsInput,
    by={Role.PRESIDENT},
    at=DECIDED,
    guard=a_review_waits,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on the review of the costs"),
        T(
            "The decision says who bears which part of the costs, and why. There is nothing you have to do now; what you still have to pay is asked for by a separate letter."
        ),
    ),
    paper=RulingForm(
        T("Review of the costs decision"),
        T("For the costs alone there is no appeal [FEE 43]."),
        result="decision",
        is_decision=True,
    ),
    source=law("FEE 43"),
    desk=desks.COSTS_REVIEW,
    topic=Topic.FEE,
    strong=True,
)
def review_costs(sitting: Sitting, case: Case, given: ReviewCostsInput, *, actor: Actor, now: datetime) -> Recorded:
    """Uphold or change who bears the costs, with reasons (FEE 43). A change is carried out once the decision is in
    effect.
    """
    sitting.close_windows(case, REVIEW_WINDOW, WindowState.MET)
    sitting.close_tasks(case, desks.COSTS_REVIEW)
    if given.decision == "uphold":
        return Recorded(T("The president upheld the costs decision"), {"decision": "uphold"})
    most = borne_at_most(sitting, case)
    bears = borne_by(sitting, case, given.lines, standing_fee(sitting, case), at="lines", most=most)
    order = order_costs(sitting, case, bears)
    if case.stage in OVER:
        carry_out(sitting, case, order)
    return Recorded(
        T("The president changed the costs decision"),
        {"decision": "change", "bears": order.allocation, "currency": sitting.pack(case).currency},
    )


def carry_out_waiting(sitting: Sitting, case: Case) -> None:
    """The decision took effect: a review that changed the costs before is carried out now."""
    order = sitting.session.scalar(
        select(CostsOrder).where(
            CostsOrder.case_id == case.id, CostsOrder.replaced_at.is_(None), CostsOrder.executed_at.is_(None)
        )
    )
    if order is not None:
        carry_out(sitting, case, order)


def review_overdue(sitting: Sitting, case: Case, window: Any) -> None:
    """Fifteen days passed: the request is put before the president again."""
    if sitting.close_tasks(case, desks.COSTS_REVIEW):
        sitting.open_task(
            case,
            Role.PRESIDENT,
            desks.COSTS_REVIEW,
            T("A review of the costs decision was not decided in [time costs_review]."),
            risk=90,
        )


@guard("FEE 43")
def a_fee_was_computed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Without a fee there is no computation to object to."""
    return None if assessments_of(sitting.session, case) else T("No fee was computed in this case.")


class AskCorrectionInput(CourtModel):
    """A party's objection to the computation (FEE 43)."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Fee"), choices="all_fees", widget="select")]
    reasons: Annotated[str, CourtText(10, 4000), field(T("What was miscalculated"), widget="textarea")]


@act(
    title=T("Object to how a fee was computed"),
    input=AskCorrectionInput,
    by=set(PARTY_ROLES),
    at=EVERY_STAGE,
    guard=a_fee_was_computed,
    serves=Everyone.NOBODY,
    before_identity=True,
    source=law("FEE 43"),
    topic=Topic.FEE,
    in_record=False,
)
def ask_fee_correction(
    sitting: Sitting, case: Case, given: AskCorrectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to check a computation; there is no time limit for it (FEE 43)."""
    row: FeeAssessment = sitting.resolved("assessment", given.assessment)
    who = sitting.party_of(case, actor)
    known = sitting.session.scalar(
        select(func.count())
        .select_from(Task)
        .where(
            Task.case_id == case.id,
            Task.kind == desks.FEE_CORRECTION.kind,
            Task.subject == row.reference,
            Task.done_at.is_(None),
        )
    )
    if known:
        raise ActNotOpen(T("The court is checking this fee already."))
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.FEE_CORRECTION,
        T("%(name)s says that a fee was miscalculated", name=who.name),
        risk=40,
        subject=row.reference,
    )
    words = T("%(name)s asked the court to check a fee", name=who.name)
    return Recorded(words, {"assessment": row.reference}, *readers_of(sitting.session, case, row))


class CorrectFeeInput(CourtModel):
    """What the fee should have been computed on (FEE 43)."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Fee"), choices="all_fees", widget="select")]
    amount: Annotated[
        CourtMoneyOrZero, field(T("Amount the fee is computed on"), T("0 for a claim without an amount."))
    ]
    reasons: Annotated[str, CourtText(10, 4000), field(T("What was miscalculated"), widget="textarea")]


@act(
    title=T("Correct a miscalculated fee"),
    input=CorrectFeeInput,
    by={Role.JUDGE},
    at=EVERY_STAGE,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The court fee has been corrected"),
        T("Read what the fee is now. If too much was paid, the rest is to go back to whoever paid it."),
        when_due=T(
            "Pay what is still due by the end of %(day)s; if you do not, the judge may rule that what the fee is for is withdrawn.",
            day=DAY,
        ),
    ),
    source=law("FEE 43"),
    desk=desks.FEE_CORRECTION,
    topic=Topic.FEE,
    in_record=False,
)
def correct_fee(sitting: Sitting, case: Case, given: CorrectFeeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Compute a fee anew on the right amount: less goes back, more is asked for, with every step (FEE 43)."""
    old: FeeAssessment = sitting.resolved("assessment", given.assessment)
    if old.basis_id is None or old.matter in NO_FEE or old.state is AssessmentState.CANCELLED:
        raise ActNotOpen(T("This fee cannot be computed anew."))
    payer, was = case.party(old.party_id), sitting.session.get_one(FeeBasis, old.basis_id)
    amounts = [given.amount.minor] if given.amount.minor else []
    basis = keep_basis(
        sitting.session,
        case,
        payer,
        was.matter,
        amounts,
        was.non_property or (0 if amounts else 1),
        now,
        joined=was.joined,
        ground=was.ground,
    )
    counted = notices_with(sitting, case, old)
    if was.matter not in FIRST_INSTANCE:
        for row in assessments_of(sitting.session, case, party_id=payer.id):
            row.basis_id = basis.id if row.id in counted else row.basis_id
    unpaid = [row for row in unpaid_rows(sitting, case) if row.id in counted]
    question = replace(question_for(sitting, case, basis), ending=ending_of(unpaid[-1] if unpaid else old))
    question = _as_it_ended(sitting, case, payer, was.matter, question)
    right, held = assess_filing(sitting.pack(case), question).total, held_on(sitting, case, counted)
    sitting.close_tasks(case, desks.FEE_CORRECTION, old.reference)
    readers = readers_of(sitting.session, case, old)
    result = {"assessment": old.reference, "was": old.amount_minor, "right": right.minor, "currency": right.currency}
    if right.minor <= held.minor:
        for row in unpaid:
            ask_no_more(sitting, case, row)
    if right.minor < held.minor:
        too_much = Money(held.minor - right.minor, right.currency)
        computation = {"reason": "miscalculated", **result}
        back = spread(sitting, case, payer, too_much, Ending.REDUCED, computation, (was.matter,), counted)
        return Recorded(
            T("Fee corrected to %(right)s; %(back)s goes back to %(name)s", right=right, back=back, name=payer.name),
            {**result, "back": back.minor},
            *readers,
        )
    if right.minor > held.minor:
        due = unpaid[-1] if unpaid else old
        due.basis_id = basis.id
        for row in unpaid[:-1]:
            ask_no_more(sitting, case, row)
        replace_unpaid(sitting, case, payer, due, question)
    return Recorded(T("Fee corrected to %(right)s", right=right), result, *readers)


def _as_it_ended(sitting: Sitting, case: Case, payer: Party, matter: Matter, question: FeeQuestion) -> FeeQuestion:
    """The question with the ending that was settled before: a fee that was halved stays halved when it is corrected."""
    halved = [
        row.ending
        for row in orders_of(sitting, case, payer, (matter,))
        if row.ending in (Ending.MEDIATED, Ending.WITHDRAWN)
    ]
    return replace(question, ending=halved[-1]) if halved else question
