"""What each event of a fee's life books. Acts and webhooks call these; nothing else moves money in the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money
from odr.payments.books.ledger import balance, booked, post, trial_balance
from odr.payments.fee.fee_computation import HEARD
from odr.payments.models import (
    AssessmentState,
    Channel,
    FeeAssessment,
    LedgerAccount,
    LedgerEntry,
    Payment,
    Refund,
    RefundState,
    StripeFact,
)
from odr.payments.stripe.stripe_reports import (
    DISPUTE_DROPPED,
    DISPUTE_LOST,
    DISPUTE_REINSTATED,
    DISPUTE_WITHDRAWN,
    PAYOUT_FAILED,
    REFUND_FAILED,
    REFUND_PAID,
)
from odr.procedure.rules.tariff import Ending

HOLDS = {
    Channel.CARD: LedgerAccount.CLEARING,
    Channel.TRANSFER: LedgerAccount.BANK,
    Channel.COUNTER: LedgerAccount.CASH,
}
"""Where money of each channel lies."""


def stripe_source(intent: str) -> str:
    """The name under which a charge is credited once."""
    return f"stripe/{intent}"


_PAID_IN = select(Payment.id, Payment.assessment_id, Payment.amount_minor - Payment.taken_back_minor).where(
    Payment.case_id == bindparam("case")
)
# A refund without an ending that somebody has to approve is one of money beyond a fee; see ``order_excess``.
_TOO_MUCH = (
    select(Refund.payment_id, Refund.amount_minor)
    .join(Payment, Payment.id == Refund.payment_id)
    .where(Payment.case_id == bindparam("case"), Refund.ending.is_(None), Refund.persons_needed > 0)
)


@remembered
def _paid_in(session: Session, case_id: int) -> Sequence[tuple[int | None, int]]:
    """What came in for a case and counts: for which assessment, and how much. What was ordered back at once, because nothing
    was owed when it came, never counts: not later either, when the notice it named is replaced. What a bank took back for
    good does not count any more.
    """
    came = session.execute(_PAID_IN, {"case": case_id}).all()
    back: dict[int, int] = {}
    for payment_id, minor in session.execute(_TOO_MUCH, {"case": case_id}) if came else ():
        back[payment_id] = back.get(payment_id, 0) + minor
    return [(number, minor - back.get(payment_id, 0)) for payment_id, number, minor in came]


def paid_on(session: Session, assessment: FeeAssessment) -> Money:
    """What has come in for an assessment, overpayments left out."""
    came = sum(minor for number, minor in _paid_in(session, assessment.case_id) if number == assessment.id)
    return Money(min(came, assessment.amount_minor), assessment.currency)


def outstanding(session: Session, assessment: FeeAssessment) -> Money:
    """What is still to pay; nothing once the assessment is cancelled."""
    if assessment.state is AssessmentState.CANCELLED:
        return Money(0, assessment.currency)
    return Money(assessment.amount_minor - paid_on(session, assessment).minor, assessment.currency)


def held_as(assessment: FeeAssessment) -> LedgerAccount:
    """Under what the money of a notice is held: not yet earned, or collected for somebody else and never earned (FEE
    11).
    """
    return LedgerAccount.ENTRUSTED if assessment.matter in HEARD else LedgerAccount.DEFERRED


def book_assessment(session: Session, assessment: FeeAssessment) -> None:
    """The fee is owed, and not yet earned."""
    post(
        session,
        f"assessment/{assessment.reference}",
        "fee assessed",
        LedgerAccount.RECEIVABLE,
        held_as(assessment),
        assessment.amount,
        at=assessment.assessed_at,
        case_id=assessment.case_id,
    )


def book_cancellation(session: Session, assessment: FeeAssessment, at: datetime) -> None:
    """What was not paid is owed no more."""
    left = outstanding(session, assessment)
    assessment.state = AssessmentState.CANCELLED
    post(
        session,
        f"assessment/{assessment.reference}/cancelled",
        "fee cancelled",
        held_as(assessment),
        LedgerAccount.RECEIVABLE,
        left,
        at=at,
        case_id=assessment.case_id,
    )
    _unearn(session, assessment.case_id, assessment.currency, f"assessment/{assessment.reference}", at)


def book_payment(
    session: Session,
    assessment: FeeAssessment,
    channel: Channel,
    amount: Money,
    source: str,
    at: datetime,
    entry_number: int | None = None,
    left: Money | None = None,
) -> Payment | None:
    """Credit money to an assessment, once for each ``source``; None where it was credited before.

    What exceeds the fee is owed back at once. ``left`` is what is outstanding, where the caller has asked. Raises
    ValueError for another currency.
    """
    if amount.currency != assessment.currency:
        raise ValueError(f"a payment in {amount.currency} for a fee in {assessment.currency}")
    if session.scalar(select(Payment.id).where(Payment.source == source)) is not None:
        return None
    left = left or outstanding(session, assessment)
    taken = min(left.minor, amount.minor)
    payment = Payment(
        case_id=assessment.case_id,
        party_id=assessment.party_id,
        assessment_id=assessment.id,
        channel=channel,
        amount_minor=amount.minor,
        currency=amount.currency,
        source=source,
        received_at=at,
        entry_number=entry_number,
    )
    session.add(payment)
    session.flush()
    held, case_id = HOLDS[channel], assessment.case_id
    post(
        session,
        f"payment/{source}",
        "fee paid",
        held,
        LedgerAccount.RECEIVABLE,
        Money(taken, amount.currency),
        at=at,
        case_id=case_id,
    )
    post(
        session,
        f"payment/{source}/excess",
        "paid too much",
        held,
        LedgerAccount.REFUNDS,
        Money(amount.minor - taken, amount.currency),
        at=at,
        case_id=case_id,
    )
    if taken == left.minor and assessment.state in (AssessmentState.DUE, AssessmentState.DEFERRED):
        assessment.state, assessment.paid_at = AssessmentState.PAID, at
    return payment


def excess_of(session: Session, payment: Payment) -> Money:
    """What of a payment exceeded the fee."""
    return Money(_credited(session, f"payment/{payment.source}/excess"), payment.currency)


def _credited(session: Session, cause: str) -> int:
    from odr.payments.models import LedgerLine

    found = session.scalar(
        select(func.sum(LedgerLine.amount_minor))
        .join(LedgerEntry, LedgerEntry.reference == LedgerLine.entry)
        .where(LedgerEntry.cause == cause, LedgerLine.amount_minor > 0)
    )
    return int(found or 0)


def refundable(session: Session, payment: Payment) -> Money:
    """What of a payment has not been promised back yet, nor been taken back by the payer's bank."""
    promised = session.scalar(
        select(func.coalesce(func.sum(Refund.amount_minor), 0)).where(Refund.payment_id == payment.id)
    )
    return Money(payment.amount_minor - payment.taken_back_minor - int(promised or 0), payment.currency)


def book_refund_order(session: Session, refund: Refund) -> None:
    """Money is owed back out of what was not earned.

    What a winner gets back for an expert who was paid is not taken from what is held for
    experts: the loser's payment to the court stands for it (CPI 207).
    """
    notice = session.get_one(FeeAssessment, session.get_one(Payment, refund.payment_id).assessment_id)
    post(
        session,
        f"refund/{refund.reference}",
        "refund ordered",
        LedgerAccount.DEFERRED if refund.ending is Ending.WON else held_as(notice),
        LedgerAccount.REFUNDS,
        refund.amount,
        at=refund.ordered_at,
        case_id=refund.case_id,
    )
    _unearn(session, refund.case_id, refund.currency, f"refund/{refund.reference}", refund.ordered_at)


def book_refund_end(session: Session, refund: Refund, held: LedgerAccount, paid: bool, way: str, at: datetime) -> None:
    """The refund reached its person out of ``held``, or came back. ``way`` names the attempt: Stripe's id or the bank's
    reference.
    """
    gone, back = f"refund/{refund.reference}/{way}", f"refund/{refund.reference}/{way}/back"
    if paid:
        post(session, gone, "refund paid", LedgerAccount.REFUNDS, held, refund.amount, at=at, case_id=refund.case_id)
        refund.state, refund.finished_at, refund.trouble = RefundState.PAID, at, None
        return
    if booked(session, gone):
        post(
            session, back, "refund came back", held, LedgerAccount.REFUNDS, refund.amount, at=at, case_id=refund.case_id
        )
    refund.state, refund.finished_at = RefundState.FAILED, at


def was_sent_as(session: Session, refund: Refund, way: str) -> bool:
    """Whether this refund left under that name before: the books would not tell a second time from the first."""
    return booked(session, f"refund/{refund.reference}/{way}")


def book_outside_refund(session: Session, payment: Payment, stripe_id: str, amount: Money, at: datetime) -> Refund:
    """A refund made at Stripe without an order: the books follow the money, under the refund's own name."""
    refund = Refund(
        case_id=payment.case_id,
        party_id=payment.party_id,
        payment_id=payment.id,
        ending=None,
        amount_minor=amount.minor,
        currency=amount.currency,
        computation={"reason": "made outside the court's books"},
        persons_needed=0,
        state=RefundState.SENT,
        stripe_id=stripe_id,
        ordered_at=at,
    )
    session.add(refund)
    session.flush()
    book_refund_order(session, refund)
    book_refund_end(session, refund, HOLDS[payment.channel], True, stripe_id, at)
    return refund


def book_dispute(session: Session, fact: StripeFact, case_id: int) -> None:
    """A bank took the money back, and may give it back again; a lost dispute leaves the fee owed."""
    amount, name = Money(fact.amount_minor, fact.currency), f"dispute/{fact.stripe_id}"
    if DISPUTE_WITHDRAWN <= fact.rank < DISPUTE_DROPPED:
        post(
            session,
            f"{name}/withdrawn",
            "taken back by the bank",
            LedgerAccount.DISPUTED,
            LedgerAccount.CLEARING,
            amount,
            at=fact.at,
            case_id=case_id,
        )
    if fact.rank == DISPUTE_LOST:
        post(
            session,
            f"{name}/lost",
            "dispute lost",
            LedgerAccount.RECEIVABLE,
            LedgerAccount.DISPUTED,
            amount,
            at=fact.at,
            case_id=case_id,
        )
    if fact.rank == DISPUTE_REINSTATED:
        stood = LedgerAccount.RECEIVABLE if booked(session, f"{name}/lost") else LedgerAccount.DISPUTED
        post(
            session,
            f"{name}/reinstated",
            "given back by the bank",
            LedgerAccount.CLEARING,
            stood,
            amount,
            at=fact.at,
            case_id=case_id,
        )


def book_payout(session: Session, fact: StripeFact) -> None:
    """Stripe sent what it held to the bank, or the transfer came back."""
    amount, name = Money(fact.amount_minor, fact.currency), f"payout/{fact.stripe_id}"
    if fact.rank < PAYOUT_FAILED:
        post(session, name, "payout", LedgerAccount.BANK, LedgerAccount.CLEARING, amount, at=fact.at)
    elif booked(session, name):
        post(
            session, f"{name}/back", "payout came back", LedgerAccount.CLEARING, LedgerAccount.BANK, amount, at=fact.at
        )


def book_passed_on(session: Session, name: str, amount: Money, channel: Channel, at: datetime, case_id: int) -> None:
    """What was collected for somebody leaves the court for them: never the court's own money (FEE 11)."""
    post(
        session,
        f"passed on/{name}",
        "passed on",
        LedgerAccount.ENTRUSTED,
        HOLDS[channel],
        amount,
        at=at,
        case_id=case_id,
    )


def book_advanced(session: Session, name: str, amount: Money, channel: Channel, at: datetime, case_id: int) -> None:
    """The court pays somebody out of its own means for a case; what the loser then pays to the court stands for it (CPL 77)."""
    post(
        session,
        f"advanced/{name}",
        "advanced by the court",
        LedgerAccount.DEFERRED,
        HOLDS[channel],
        amount,
        at=at,
        case_id=case_id,
    )
    _unearn(session, case_id, amount.currency, f"advanced/{name}", at)


def earn(session: Session, case_id: int, currency: str, name: str, at: datetime) -> Money:
    """The case is over: what was paid and does not go back is earned. Returns how much."""
    earned = -balance(session, LedgerAccount.DEFERRED, currency, case_id=case_id) - balance(
        session, LedgerAccount.RECEIVABLE, currency, case_id=case_id
    )
    amount = Money(max(earned, 0), currency)
    post(
        session,
        f"earned/{name}",
        "fee earned",
        LedgerAccount.DEFERRED,
        LedgerAccount.INCOME,
        amount,
        at=at,
        case_id=case_id,
    )
    return amount


def _unearn(session: Session, case_id: int, currency: str, name: str, at: datetime) -> None:
    """What goes back, or is owed no more, after it was earned is the court's no longer."""
    net = {b.account: b.net.minor for b in trial_balance(session, case_id=case_id) if b.currency == currency}
    short = net.get(LedgerAccount.DEFERRED, 0) + net.get(LedgerAccount.RECEIVABLE, 0)
    amount = Money(max(min(short, -net.get(LedgerAccount.INCOME, 0)), 0), currency)
    post(
        session,
        f"unearned/{name}",
        "fee not earned",
        LedgerAccount.INCOME,
        LedgerAccount.DEFERRED,
        amount,
        at=at,
        case_id=case_id,
    )


def refund_told(fact: StripeFact) -> bool | None:
    """Whether Stripe says a refund was paid (True), came back (False), or is on its way (None)."""
    return {REFUND_PAID: True, REFUND_FAILED: False}.get(fact.rank)
