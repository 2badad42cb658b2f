"""What a fact of Stripe's does in the court: acts of the clock, each at most once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel
from sqlalchemy import and_, or_, select

from odr.docket.models import Case, Role
from odr.ground.text import Money, T, Text
from odr.identity.actors import CLOCK_ACTOR
from odr.payments import desks, names
from odr.payments.books.bookings import book_dispute, book_payout, refund_told, stripe_source
from odr.payments.books.ledger import booked
from odr.payments.fee.acts import consider_unpaid
from odr.payments.inputs import OutsideRefundInput, PaymentInput, RefundEndInput
from odr.payments.joined_cases import notice_in_its_place
from odr.payments.models import (
    Channel,
    CheckoutSession,
    CheckoutState,
    FeeAssessment,
    Payment,
    Refund,
    RefundState,
    StripeFact,
)
from odr.payments.stripe.disputes import given_back, owed_again, part, set_off
from odr.payments.stripe.stripe_reports import (
    DISPUTE_LOST,
    DISPUTE_REINSTATED,
    DISPUTE_RUNS,
    SESSION_EXPIRED,
    SESSION_FAILED,
    SESSION_PAID,
    SESSION_PROCESSING,
    Told,
)
from odr.procedure.acts.tasks import Desk
from odr.procedure.models import Task

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

_STATES = {
    SESSION_EXPIRED: CheckoutState.EXPIRED,
    SESSION_FAILED: CheckoutState.EXPIRED,
    SESSION_PROCESSING: CheckoutState.PROCESSING,
    SESSION_PAID: CheckoutState.PAID,
}


ENDS = ("lost", "reinstated")
"""Under which causes the end of a dispute is booked: what the bank took for good, and what it gave back."""

ACTED = "payments_acted"
"""Mark on a session in which an event led to an entry."""


class CourtEffects:
    """Effects in one Sitting; see :class:`odr.payments.stripe.stripe_reports.Effects`."""

    def __init__(self, sitting: Sitting) -> None:
        self.court = sitting
        self.session = sitting.session

    def credit(self, intent: str, assessment: str, amount: Money, at: datetime) -> None:
        """Record the payment, unless it is recorded. A charge that names no fee of ours is left for reconciliation to
        list.
        """
        if self._payment(intent) is not None:
            return
        row = self.session.scalar(select(FeeAssessment).where(FeeAssessment.reference == assessment))
        if row is None or row.currency != amount.currency or amount.minor <= 0:
            return
        row = notice_in_its_place(self.session, row)
        case = self.session.get_one(Case, row.case_id)
        given = PaymentInput(
            assessment=row.reference, channel=Channel.CARD, amount=amount, source=stripe_source(intent), received_at=at
        )
        self._perform(names.RECORD_PAYMENT, case, given)

    def declined(self, assessment: str, at: datetime) -> None:
        """Remember that an attempt failed, so that the page can say so."""
        row = self.session.scalar(select(FeeAssessment).where(FeeAssessment.reference == assessment))
        if row is not None and (row.declined_at is None or row.declined_at < at):
            row.declined_at = at

    def checkout(self, told: Told) -> None:
        """Follow a visit to the payment page; what is over without money may leave a fee unpaid for good."""
        visit = self.session.scalar(select(CheckoutSession).where(CheckoutSession.stripe_id == told.stripe_id))
        if visit is None and told.checkout is not None:
            visit = self.session.scalar(select(CheckoutSession).where(CheckoutSession.reference == told.checkout))
        if visit is None:
            return
        visit.stripe_id = visit.stripe_id or told.stripe_id
        state = _STATES[told.rank]
        if visit.state is CheckoutState.PAID or (
            visit.state is CheckoutState.EXPIRED and state is not CheckoutState.PAID
        ):
            return
        visit.state = state
        self.session.flush()
        if state is CheckoutState.EXPIRED:
            row = self.session.get_one(FeeAssessment, visit.assessment_id)
            consider_unpaid(self.court, self.session.get_one(Case, row.case_id), row)

    def refund(self, fact: StripeFact) -> None:
        """Record how a refund ended; one that was made outside the court's books is taken up and shown to the cashier."""
        refund = self._refund(fact)
        if refund is None:
            self._outside(fact)
            return
        refund.stripe_id = refund.stripe_id or fact.stripe_id
        paid = refund_told(fact)
        # Once the cashier has paid by hand, a further word on the failed attempt changes nothing.
        if paid is None or refund.bank_reference is not None:
            return
        # That it was paid after all counts also where the court had given it up: nobody is to pay it by hand then.
        if refund.state is not (RefundState.PAID if paid else RefundState.FAILED):
            self._ended(refund, fact, paid=paid)

    def dispute(self, fact: StripeFact) -> None:
        """Book what the bank took or gave back, and tell the cashier once."""
        payment = self._payment(fact.intent)
        if payment is None:
            return
        case = self.session.get_one(Case, payment.case_id)
        # What the bank's decision changes is changed by payments and refunds too.
        self.session.refresh(case, with_for_update=True)
        self.session.refresh(payment)
        # Booked once, like all that follows from it: a payment may be disputed more than once, each time over a part.
        was_lost, was_given_back = (booked(self.session, f"dispute/{fact.stripe_id}/{end}") for end in ENDS)
        book_dispute(self.session, fact, payment.case_id)
        if fact.rank == DISPUTE_LOST and not was_lost:
            self._lost(case, payment, fact)
        elif fact.rank == DISPUTE_REINSTATED and was_lost and not was_given_back:
            self._given_back(case, payment, fact)
        title = T(
            "The bank of the payer disputes a payment of %(amount)s. Answer it at Stripe.",
            amount=Money(fact.amount_minor, fact.currency),
        )
        self._task_once(case, desks.FEE_DISPUTE, title, fact.stripe_id)
        if fact.rank not in DISPUTE_RUNS:
            self.court.close_tasks(case, desks.FEE_DISPUTE, fact.stripe_id)

    def _lost(self, case: Case, payment: Payment, fact: StripeFact) -> None:
        """What waited to go back has gone by the bank; what it took beyond that is owed again."""
        gone = set_off(self.court, payment, fact)
        for refund in gone:
            self._ended(refund, fact, paid=True)
        left = fact.amount_minor - sum(refund.amount_minor for refund in gone)
        if left > 0:
            owed_again(self.court, case, payment, Money(left, fact.currency))

    def _given_back(self, case: Case, payment: Payment, fact: StripeFact) -> None:
        """What was owed again is paid as it was, and what had gone back by the bank is still to go back."""
        gone = self.session.scalars(
            select(Refund).where(Refund.payment_id == payment.id, Refund.bank_reference == fact.stripe_id)
        ).all()
        left = fact.amount_minor - sum(refund.amount_minor for refund in gone)
        if left > 0:
            given_back(self.court, case, payment, fact, Money(left, fact.currency))
        for refund in gone:
            self._ended(refund, fact, paid=False)

    def _ended(self, refund: Refund, fact: StripeFact, *, paid: bool) -> None:
        """In the case that ordered it: a payment may have gone along into another since (CPI 201)."""
        given = RefundEndInput(refund=refund.reference, paid=paid, channel=Channel.CARD, way=fact.stripe_id, at=fact.at)
        self._perform(names.RECORD_REFUND, self.session.get_one(Case, refund.case_id), given)

    def payout(self, fact: StripeFact) -> None:
        """Book what Stripe sent to the bank."""
        book_payout(self.session, fact)

    def _perform(self, name: str, case: Case, given: BaseModel) -> None:
        """An act of the clock; the log is then to be sequenced."""
        self.court.perform(name, case, given, actor=CLOCK_ACTOR)
        self.session.info[ACTED] = True

    def _payment(self, intent: str | None) -> Payment | None:
        return self.session.scalar(select(Payment).where(Payment.source == stripe_source(intent))) if intent else None

    def _refund(self, fact: StripeFact) -> Refund | None:
        found = self.session.scalar(select(Refund).where(Refund.stripe_id == fact.stripe_id))
        if found is None and fact.ours is not None:
            found = self.session.scalar(select(Refund).where(Refund.reference == fact.ours))
        return found

    def _outside(self, fact: StripeFact) -> None:
        payment = self._payment(fact.intent)
        if payment is None or refund_told(fact) is not True:
            return
        case = self.session.get_one(Case, payment.case_id)
        # A cashier who pays back at Stripe's own page what was ordered, or a part of it, carries so much of the order out: it is not
        # paid by hand beside it.
        ordered = self.session.scalar(
            select(Refund)
            .where(
                Refund.payment_id == payment.id,
                Refund.amount_minor >= fact.amount_minor,
                or_(
                    Refund.state == RefundState.FAILED,
                    and_(Refund.state == RefundState.APPROVED, Refund.stripe_id.is_(None)),
                ),
            )
            .order_by(Refund.amount_minor, Refund.id)
        )
        if ordered is not None:
            if ordered.amount_minor > fact.amount_minor:
                ordered = part(self.court, ordered, fact.amount_minor)
            ordered.stripe_id = fact.stripe_id
            self._ended(ordered, fact, paid=True)
            return
        given = OutsideRefundInput(
            payment=payment.reference,
            stripe_id=fact.stripe_id,
            amount=Money(fact.amount_minor, fact.currency),
            at=fact.at,
        )
        self._perform(names.RECORD_OUTSIDE_REFUND, case, given)

    def _task_once(self, case: Case, desk: Desk, title: Text, subject: str) -> None:
        known = self.session.scalar(
            select(Task.id).where(Task.case_id == case.id, Task.kind == desk.kind, Task.subject == subject)
        )
        if known is None:
            self.court.open_task(case, Role.CASHIER, desk, title, risk=50, subject=subject)
