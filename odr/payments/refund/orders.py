"""Ordering money back: by which rule, how much, out of which payments, and how many persons must agree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Outcome, Party, Role
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T
from odr.payments import desks
from odr.payments.books.bookings import book_refund_order, paid_on, refundable
from odr.payments.fee.assessment import assessments_of, paid_for, put_off_until, question_for, standing_bases
from odr.payments.fee.fee_computation import (
    BORNE,
    FIRST_INSTANCE,
    Assessment,
    FeeQuestion,
    Matter,
    assess_filing,
    top_up,
)
from odr.payments.fee.scales import FeeStep
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis, Payment, Refund, RefundState
from odr.payments.refund.of_retrial import has_fee_of_retrial
from odr.payments.refund.rules import refund_for
from odr.procedure.rules.tariff import Ending, RefundBasis

if TYPE_CHECKING:
    from collections.abc import Iterable

    from odr.procedure.sitting import Sitting

REFUND_WINDOW = "refund_execution"
DEMAND_WINDOW = "costs_demand"
"""What is demanded when a case is over has no time limit that could end anything."""

OF_APPEAL = frozenset({Ending.REMITTED, Ending.APPEAL_DISMISSED})
"""Endings of an appeal, which leave the first instance's fee alone."""


def touched_by(ending: Ending) -> tuple[Matter, ...]:
    """Whose fee an ending is about: never that of an application, which the applicant bears in any case (FEE 38)."""
    if ending in OF_APPEAL:
        return (Matter.APPEAL,)
    return BORNE if ending is Ending.WON else (*FIRST_INSTANCE, Matter.RETRIAL)


def touched_of(sitting: Sitting, case: Case, party: Party, ending: Ending) -> tuple[Matter, ...]:
    """Of which matters a party's fees an ending is about: not that of a retrial that was heard before (FEE 28)."""
    touched = touched_by(ending)
    if Matter.RETRIAL in touched and not has_fee_of_retrial(sitting.session, case, party.id):
        return tuple(matter for matter in touched if matter is not Matter.RETRIAL)
    return touched


def order_back(
    sitting: Sitting,
    case: Case,
    party: Party,
    ending: Ending,
    *,
    borne: Money | None = None,
    basis: FeeBasis | None = None,
    matters: Iterable[Matter] | None = None,
) -> Money:
    """Order back what ``ending`` leaves of a party's fees; returns how much.

    Each matter (claim, counterclaim, appeal) is settled by its own computation;
    what a party ``borne`` by the costs decision is one sum for the whole first
    instance. Nothing goes back where the party has paid nothing, has been refunded
    for it before, or the pack is silent.
    """
    chosen = tuple(matters) if matters is not None else touched_of(sitting, case, party, ending)
    if ending not in sitting.pack(case).tariff.refunds:
        return Money(0, sitting.pack(case).currency)
    if basis is not None:
        return _order(sitting, case, party, ending, (basis.matter,), borne, basis)
    groups = [chosen] if ending is Ending.WON else [(matter,) for matter in chosen]
    return Money(
        sum(_order(sitting, case, party, ending, group, borne, None).minor for group in groups),
        sitting.pack(case).currency,
    )


def _order(
    sitting: Sitting,
    case: Case,
    party: Party,
    ending: Ending,
    matters: tuple[Matter, ...],
    borne: Money | None,
    basis: FeeBasis | None,
) -> Money:
    pack = sitting.pack(case)
    rows = [row for row in assessments_of(sitting.session, case, party_id=party.id) if row.matter in matters]
    basis = basis or (sitting.session.get(FeeBasis, rows[-1].basis_id) if rows else None)
    held = held_for(sitting, case, party, *matters)
    again = ending is not Ending.REDUCED and any(
        row.ending is ending for row in orders_of(sitting, case, party, matters)
    )
    if basis is None or held.minor == 0 or again:
        return Money(0, pack.currency)
    found = refund_for(pack, ending, held, question_for(sitting, case, basis), borne=borne)
    return spread(sitting, case, party, found.refund, ending, found.to_json(), matters)


def would_go_back(sitting: Sitting, case: Case, party: Party, ending: Ending) -> tuple[Money, Money]:
    """What of a party's paid fees would go back if the case ended so, and what would stay; nothing is ordered."""
    pack, back, stays = sitting.pack(case), 0, 0
    for matter in touched_of(sitting, case, party, ending):
        rows = [row for row in assessments_of(sitting.session, case, party_id=party.id) if row.matter is matter]
        basis = sitting.session.get(FeeBasis, rows[-1].basis_id) if rows else None
        held = held_for(sitting, case, party, matter)
        if basis is None or held.minor == 0:
            continue
        found = (
            refund_for(pack, ending, held, question_for(sitting, case, basis)).refund.minor
            if ending in pack.tariff.refunds
            else 0
        )
        back, stays = back + found, stays + held.minor - found
    return Money(back, pack.currency), Money(stays, pack.currency)


def due_when_ended(sitting: Sitting, case: Case, basis: FeeBasis, ending: Ending) -> Assessment | None:
    """What of the fee on ``basis`` stays to be paid although the case ends before it came: the fee of that ending, less
    what was paid; None where the ending does not halve the fee and nothing is owed any more.

    FEE 15 halves the fee of a case that ends by mediation or is withdrawn on application, and does not waive it;
    who paid in advance bears half (FEE 31, 34), so who did not is asked for the same half. Not so where the claim
    is only deemed withdrawn: the law says what an unpaid fee leads to, and demands nothing beside it (FEE 3, 22(4);
    CPI 213).
    """
    pack = sitting.pack(case)
    rule = pack.tariff.refunds.get(ending)
    if rule is None or rule.basis is not RefundBasis.HALF_OF_FEE or case.outcome is Outcome.DEEMED_WITHDRAWN:
        return None
    payer = case.party(basis.party_id)
    question = replace(question_for(sitting, case, basis), ending=ending)
    found = top_up(pack, held_for(sitting, case, payer, basis.matter), question, rule.article)
    until = put_off_until(sitting.session, case, payer.id, basis.matter) if found.deferred else None
    steps = list(found.steps)
    if until is not None:
        put_off = T("Payment was put off: it need not be paid before %(day)s.", day=until)
        steps.append(FeeStep(put_off, Money(0, pack.currency), "put_off", "FEE 47"))
    return replace(found, steps=tuple(steps), deferred=False, prepaid=False)


_ORDERED = (
    select(Refund, Payment.party_id, FeeAssessment.matter, FeeAssessment.id)
    .join(Payment, Payment.id == Refund.payment_id)
    .join(FeeAssessment, FeeAssessment.id == Payment.assessment_id)
    # By the payment, which goes along where cases are joined; the refund stays where it was ordered.
    .where(Payment.case_id == bindparam("case"), Refund.ending.is_not(None))
    .order_by(Refund.id)
)


@remembered
def _ordered(session: Session, case_id: int) -> list[tuple[Refund, int, Matter, int]]:
    """All that was ordered back of what was paid in a case, by whose payment, for which matter and on which notice, asked once
    for all.
    """
    return [
        (refund, who, matter, notice) for refund, who, matter, notice in session.execute(_ORDERED, {"case": case_id})
    ]


def orders_of(sitting: Sitting, case: Case, party: Party, matters: Iterable[Matter]) -> list[Refund]:
    """What was ordered back of a party's fees for these matters (money paid beyond a fee aside)."""
    wanted = frozenset(matters)
    return [row for row, who, matter, _ in _ordered(sitting.session, case.id) if who == party.id and matter in wanted]


def held_for(sitting: Sitting, case: Case, party: Party, *matters: Matter) -> Money:
    """What a party has paid for these matters and was not ordered back."""
    paid = paid_for(sitting.session, case, party.id, *matters)
    back = sum(row.amount_minor for row in orders_of(sitting, case, party, matters))
    return Money(max((paid.minor if paid else 0) - back, 0), sitting.pack(case).currency)


def notices_with(sitting: Sitting, case: Case, row: FeeAssessment) -> frozenset[int]:
    """The notices whose payments count for what a notice is about. The fee of a claim is one, however often the claim
    changed; of applications and appeals each has a fee of its own, whatever was paid for another.
    """
    mine = assessments_of(sitting.session, case, party_id=row.party_id)
    same = [one for one in mine if one.matter is row.matter]
    return frozenset(one.id for one in same if row.matter in FIRST_INSTANCE or one.basis_id == row.basis_id)


def held_on(sitting: Sitting, case: Case, notices: frozenset[int]) -> Money:
    """What was paid on some notices and was not ordered back."""
    paid = sum(
        paid_on(sitting.session, row).minor for row in assessments_of(sitting.session, case) if row.id in notices
    )
    back = sum(refund.amount_minor for refund, _, _, number in _ordered(sitting.session, case.id) if number in notices)
    return Money(max(paid - back, 0), sitting.pack(case).currency)


def spread(
    sitting: Sitting,
    case: Case,
    party: Party,
    amount: Money,
    ending: Ending | None,
    computation: dict[str, Any],
    matters: Iterable[Matter] = FIRST_INSTANCE,
    notices: frozenset[int] | None = None,
) -> Money:
    """Order ``amount`` out of the party's payments for these matters, or on these ``notices`` alone, the newest first, never
    more than each still holds.
    """
    left = amount.minor
    query = (
        select(Payment)
        .join(FeeAssessment, FeeAssessment.id == Payment.assessment_id)
        .where(Payment.case_id == case.id, Payment.party_id == party.id, FeeAssessment.matter.in_(tuple(matters)))
    )
    for payment in sitting.session.scalars(query.order_by(Payment.id.desc())):
        if notices is not None and payment.assessment_id not in notices:
            continue
        part = min(left, refundable(sitting.session, payment).minor)
        if part > 0:
            refund = write_refund(
                sitting, case, payment, Money(part, amount.currency), ending, computation, whole=amount
            )
            book_refund_order(sitting.session, refund)
            left -= part
    return Money(amount.minor - left, amount.currency)


def order_surplus(
    sitting: Sitting, case: Case, party: Party, question: FeeQuestion, row: FeeAssessment | None = None
) -> Money:
    """Order back what a party has paid beyond a fee that is less by now than it was: help with it was granted after a part
    was paid, two claims are computed as one, the case moved to a procedure that halves the fee (FEE 16, 44; CPI 201).
    ``row`` is the notice that asks for it now, where the matter may have fees of several things.
    """
    pack, notices = sitting.pack(case), notices_with(sitting, case, row) if row is not None else None
    held = held_for(sitting, case, party, question.matter) if notices is None else held_on(sitting, case, notices)
    fee = assess_filing(pack, question)
    surplus = Money(held.minor - fee.total.minor, pack.currency)
    if surplus.minor <= 0 or Ending.REDUCED not in pack.tariff.refunds:
        return Money(0, pack.currency)
    article = fee.steps[-1].article
    steps = (
        FeeStep(T("Paid."), held, "paid", article),
        *fee.steps,
        FeeStep(T("Goes back."), surplus, "refund", article),
    )
    computation = {"reason": "paid beyond the fee as it is now", "steps": [step.to_json() for step in steps]}
    return spread(sitting, case, party, surplus, Ending.REDUCED, computation, (question.matter,), notices)


def order_excess(sitting: Sitting, case: Case, payment: Payment, excess: Money) -> Refund:
    """Money paid beyond the fee goes back whole; the books owe it already."""
    return write_refund(sitting, case, payment, excess, None, {"reason": "paid beyond the fee"})


def write_refund(
    sitting: Sitting,
    case: Case,
    payment: Payment,
    amount: Money,
    ending: Ending | None,
    computation: dict[str, Any],
    *,
    whole: Money | None = None,
) -> Refund:
    """The order's row, the cashier's task and the fifteen days (FEE 53). ``whole`` is what goes back together, out of several
    payments: by it is told whether two persons must agree, in however many parts it was paid.
    """
    limit = sitting.court.settings.refund_second_person_above
    refund = Refund(
        case_id=case.id,
        party_id=payment.party_id,
        payment_id=payment.id,
        ending=ending,
        amount_minor=amount.minor,
        currency=amount.currency,
        computation=computation,
        persons_needed=2 if (whole or amount).minor > limit else 1,
        state=RefundState.ORDERED,
        ordered_at=sitting.now,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(refund)
    sitting.session.flush()
    if REFUND_WINDOW in sitting.pack(case).windows.rules:
        refund.due_at = sitting.start_window(case, REFUND_WINDOW, start=sitting.now, subject=refund.reference).due_at
    title = T(
        "Pay back %(amount)s to %(name)s",
        amount=amount,
        name=case.party(payment.party_id).name,
    )
    sitting.open_task(
        case, Role.CASHIER, desks.REFUND_APPROVAL, title, risk=30, due_at=refund.due_at, subject=refund.reference
    )
    sitting.session.flush()
    return refund


def standing_claims(sitting: Sitting, case: Case, matter: Matter = Matter.CLAIM) -> list[FeeBasis]:
    """What the fees of the claims that go on are computed on. A claim that ended before its basis ended with it is known by
    what was ordered back, dropped or demanded then.
    """
    bases = standing_bases(sitting.session, case, matter)
    return [basis for basis in bases if basis.at_end or not _was_settled(sitting, case, basis)]


def _was_settled(sitting: Sitting, case: Case, basis: FeeBasis) -> bool:
    payer = case.party(basis.party_id)
    ended = (Ending.WITHDRAWN, Ending.CONVERSION_DEFAULT)
    if any(o.ending in ended and o.ordered_at >= basis.since for o in orders_of(sitting, case, payer, (basis.matter,))):
        return True
    rows = [row for row in assessments_of(sitting.session, case, party_id=payer.id) if row.basis_id == basis.id]
    over = [row.state is AssessmentState.CANCELLED or row.window_kind == DEMAND_WINDOW for row in rows]
    return bool(over) and all(over)


def unpaid_rows(sitting: Sitting, case: Case) -> list[FeeAssessment]:
    """Assessments on which money is still owed."""
    return [
        row
        for row in assessments_of(sitting.session, case)
        if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED)
    ]
