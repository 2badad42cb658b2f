"""Payments the payer's bank disputes: nothing goes back twice, and what the bank took for good is owed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role
from odr.ground.text import Money, T
from odr.payments import desks
from odr.payments.books.bookings import outstanding, stripe_source
from odr.payments.models import (
    AssessmentState,
    FactKind,
    FeeAssessment,
    Payment,
    Refund,
    RefundApproval,
    RefundState,
    StripeEvent,
    StripeFact,
)
from odr.payments.stripe.stripe_reports import DISPUTE_RUNS

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def is_disputed(session: Session, payment: Payment) -> bool:
    """Whether the payer's bank disputes a payment and has not decided: what goes back meanwhile could go back twice."""
    if not payment.is_online:
        return False
    runs = select(StripeFact.stripe_id).where(
        StripeFact.intent == payment.source.removeprefix(stripe_source("")),
        StripeFact.kind == FactKind.DISPUTE,
        StripeFact.rank.in_(DISPUTE_RUNS),
    )
    return any(not _was_closed(session, dispute) for dispute in session.scalars(runs))


def _was_closed(session: Session, dispute: str) -> bool:
    """Whether Stripe told that a dispute is closed, in words that left its rank as it was: the end of an inquiry was not told
    apart at first, and Stripe may use another word. What is taken or given back has a rank of its own.
    """
    told = select(StripeEvent.id).where(
        StripeEvent.kind == "charge.dispute.closed",
        StripeEvent.applied_at.is_not(None),
        StripeEvent.payload.contains(f'"id": "{dispute}"', autoescape=True),
    )
    return session.scalar(told.limit(1)) is not None


def is_of_bank(session: Session, way: str) -> bool:
    """Whether a refund went by a dispute: the payer's bank took the money, and the court has not sent it."""
    fact = select(StripeFact.id).where(StripeFact.stripe_id == way, StripeFact.kind == FactKind.DISPUTE)
    return session.scalar(fact) is not None


def set_off(sitting: Sitting, payment: Payment, fact: StripeFact) -> list[Refund]:
    """What was still to go back of a payment and has gone back by the bank now, the oldest first; of the last one the part that
    the bank took.
    """
    left, found = fact.amount_minor, []
    waiting = (RefundState.ORDERED, RefundState.APPROVED, RefundState.FAILED)
    query = select(Refund).where(Refund.payment_id == payment.id, Refund.state.in_(waiting)).order_by(Refund.id)
    for refund in sitting.session.scalars(query).all():
        if left <= 0:
            break
        gone = refund if refund.amount_minor <= left else part(sitting, refund, left)
        found.append(gone)
        left -= gone.amount_minor
    return found


def part(sitting: Sitting, refund: Refund, minor: int) -> Refund:
    """Part a refund that waits in two: so much went another way, and is a refund of its own with the approvals of the whole; the rest
    waits on as it did. The books know the order as one, and each part leaves it by itself.
    """
    case = sitting.session.get_one(Case, refund.case_id)
    gone = Refund(
        case_id=refund.case_id,
        party_id=refund.party_id,
        payment_id=refund.payment_id,
        ending=refund.ending,
        amount_minor=minor,
        currency=refund.currency,
        computation=refund.computation,
        persons_needed=refund.persons_needed,
        state=refund.state,
        ordered_at=refund.ordered_at,
        due_at=refund.due_at,
        entry_number=refund.entry_number,
        part_of=refund.part_of or refund.reference,
    )
    refund.amount_minor -= minor
    sitting.session.add(gone)
    sitting.session.flush()
    approved = select(RefundApproval).where(RefundApproval.refund_id == refund.id)
    for one in sitting.session.scalars(approved).all():
        sitting.session.add(RefundApproval(refund_id=gone.id, account_id=one.account_id, at=one.at))
    for desk in (desks.REFUND_APPROVAL, desks.REFUND_TRANSFER):
        if sitting.close_tasks(case, desk, refund.reference):
            name = case.party(refund.party_id).name
            words = T("Pay back %(amount)s to %(name)s", amount=refund.amount, name=name)
            sitting.open_task(case, Role.CASHIER, desk, words, risk=40, due_at=refund.due_at, subject=refund.reference)
    return gone


def owed_again(sitting: Sitting, case: Case, payment: Payment, amount: Money) -> None:
    """The bank took money for good that was not to go back: the fee is owed again, and the cashier collects it. No time
    runs that could end anything.
    """
    payment.taken_back_minor = min(payment.taken_back_minor + amount.minor, payment.amount_minor)
    sitting.session.flush()
    row = sitting.session.get_one(FeeAssessment, payment.assessment_id, populate_existing=True)
    if row.state is AssessmentState.PAID and outstanding(sitting.session, row).minor:
        row.state, row.paid_at = AssessmentState.DUE, None
    _collect(sitting, case, payment, row)


def given_back(sitting: Sitting, case: Case, payment: Payment, fact: StripeFact, amount: Money) -> None:
    """The bank decided otherwise after all: so much counts as paid again, and where nothing else is missing the fee is paid as
    it was.
    """
    payment.taken_back_minor = max(payment.taken_back_minor - amount.minor, 0)
    sitting.session.flush()
    row = sitting.session.get_one(FeeAssessment, payment.assessment_id, populate_existing=True)
    if row.state is AssessmentState.DUE and not outstanding(sitting.session, row).minor:
        row.state, row.paid_at = AssessmentState.PAID, fact.at
        sitting.close_tasks(case, desks.FEE_UNPAID, row.reference)
    elif payment.taken_back_minor:
        _collect(sitting, case, payment, row)


def _collect(sitting: Sitting, case: Case, payment: Payment, row: FeeAssessment) -> None:
    """The cashier is told once what banks have taken of a payment, all in all."""
    for task in sitting.tasks(case, desks.FEE_UNPAID, row.reference):
        if task.role is Role.CASHIER:
            task.done_at = sitting.now
    words = T(
        "The bank of %(name)s took back %(amount)s for good. Collect it.",
        name=case.party(payment.party_id).name,
        amount=payment.taken_back,
    )
    sitting.open_task(case, Role.CASHIER, desks.FEE_UNPAID, words, risk=20, subject=row.reference)
