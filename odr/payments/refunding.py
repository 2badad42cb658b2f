"""Ordering money back: by which rule, how much, out of which payments, and how many persons must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Party, Role
from odr.payments.assessing import assessments_of, paid_for, question_for, standing_basis
from odr.payments.books import book_refund_order, refundable
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis, Payment, Refund, RefundState
from odr.payments.refund_rules import refund_for
from odr.procedure.tariff_rules import Ending
from odr.text import Money, T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REFUND_TASK, REFUND_WINDOW = "refund_approval", "refund_execution"


def order_back(court: Sitting, case: Case, party: Party, ending: Ending, *, borne: Money | None = None, basis: FeeBasis | None = None) -> Money:
    """Order back what ``ending`` leaves of a party's fees; returns how much.

    Nothing where the party has paid nothing, has been refunded for it before, or the pack is silent.
    """
    pack = court.pack(case)
    if ending not in pack.tariff.refunds:
        return Money(0, pack.currency)
    rows = assessments_of(court.session, case, party_id=party.id)
    basis = basis or (court.session.get(FeeBasis, rows[-1].basis_id) if rows else standing_basis(court.session, case, party_id=party.id))
    paid = paid_for(court.session, case, party.id)
    if basis is None or paid is None or paid.minor == 0 or _done(court, case, party, ending):
        return Money(0, pack.currency)
    held = Money(paid.minor - _promised(court, case, party), pack.currency)
    found = refund_for(pack, ending, held, question_for(court, case, basis), borne=borne)
    return spread(court, case, party, found.refund, ending, found.to_json())


def _done(court: Sitting, case: Case, party: Party, ending: Ending) -> bool:
    return (
        ending is not Ending.REDUCED
        and court.session.scalar(select(Refund.id).where(Refund.case_id == case.id, Refund.party_id == party.id, Refund.ending == ending)) is not None
    )


def _promised(court: Sitting, case: Case, party: Party) -> int:
    """What was already ordered back of fees (paid-twice money aside)."""
    rows = court.session.scalars(select(Refund).where(Refund.case_id == case.id, Refund.party_id == party.id, Refund.ending.is_not(None)))
    return sum(row.amount_minor for row in rows)


def spread(court: Sitting, case: Case, party: Party, amount: Money, ending: Ending | None, computation: dict[str, Any]) -> Money:
    """Order ``amount`` out of the party's payments, the newest first, never more than each still holds."""
    left = amount.minor
    payments = court.session.scalars(select(Payment).where(Payment.case_id == case.id, Payment.party_id == party.id).order_by(Payment.id.desc()))
    for payment in payments:
        part = min(left, refundable(court.session, payment).minor)
        if part > 0:
            refund = write_refund(court, case, payment, Money(part, amount.currency), ending, computation)
            book_refund_order(court.session, refund)
            left -= part
    return Money(amount.minor - left, amount.currency)


def order_excess(court: Sitting, case: Case, payment: Payment, excess: Money) -> Refund:
    """Money paid beyond the fee goes back whole; the books owe it already."""
    return write_refund(court, case, payment, excess, None, {"reason": "paid beyond the fee"})


def write_refund(court: Sitting, case: Case, payment: Payment, amount: Money, ending: Ending | None, computation: dict[str, Any]) -> Refund:
    """The order's row, the cashier's task and the fifteen days (FEE 53)."""
    limit = court.court.settings.refund_second_person_above
    refund = Refund(
        case_id=case.id,
        party_id=payment.party_id,
        payment_id=payment.id,
        ending=ending,
        amount_minor=amount.minor,
        currency=amount.currency,
        computation=computation,
        persons_needed=2 if amount.minor > limit else 1,
        state=RefundState.ORDERED,
        ordered_at=court.now,
        entry_number=court.next_number(case),
    )
    court.session.add(refund)
    court.session.flush()
    if REFUND_WINDOW in court.pack(case).windows.rules:
        refund.due_at = court.start_window(case, REFUND_WINDOW, start=court.now, subject=refund.reference).due_at
    title = T("Pay back %(amount)s to %(name)s", amount=amount, name=next(p.name for p in case.parties if p.id == payment.party_id))
    court.open_task(case, Role.CASHIER, REFUND_TASK, title, risk=30, due_at=refund.due_at, subject=refund.reference)
    court.session.flush()
    return refund


def unpaid_rows(court: Sitting, case: Case) -> list[FeeAssessment]:
    """Assessments on which money is still owed."""
    return [row for row in assessments_of(court.session, case) if row.state in (AssessmentState.DUE, AssessmentState.DEFERRED)]
