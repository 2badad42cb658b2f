"""Sending approved refunds to Stripe: outside any transaction, once each, tried again until the end is known."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from odr.docket.models import Case, Role
from odr.ground.background import each_alone
from odr.ground.silence import outward
from odr.ground.text import T
from odr.payments import desks
from odr.payments.books.bookings import stripe_source
from odr.payments.models import Channel, EventOrigin, Payment, Refund, RefundState
from odr.payments.stripe.disputes import is_disputed
from odr.payments.stripe.gateway import Gateway, GatewayRefused, GatewayUnavailable, RefundOrder
from odr.payments.stripe.webhook import take

if TYPE_CHECKING:
    from odr.procedure.court import Court

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
ASK_AGAIN = timedelta(hours=1)
"""After this long without an event the court asks how a refund stands."""


@outward
def sweep(court: Court, limit: int = 50) -> int:
    """Send what is approved and ask about what is on its way; returns how many moved."""
    gateway: Gateway = court.ports.payments
    if not gateway.takes_online:
        return 0
    now = court.clock.machine_now()
    with court.database.read() as session:
        query = (
            select(Refund, Payment)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(
                Refund.state.in_((RefundState.APPROVED, RefundState.SENT)),
                Payment.channel == Channel.CARD,
                or_(Refund.next_try_at.is_(None), Refund.next_try_at <= now),
            )
            .order_by(Refund.id)
            .limit(limit)
        )
        waiting = [(row[0], row[1]) for row in session.execute(query)]
        session.expunge_all()
    return each_alone(waiting, lambda one: _send(court, gateway, *one), "a refund could not be sent")


def _send(court: Court, gateway: Gateway, refund: Refund, payment: Payment) -> int:
    with court.database.read() as session:
        if refund.stripe_id is None and is_disputed(session, payment):
            _postpone(court, refund.id, "charge_disputed")
            return 0
    order = RefundOrder(refund.reference, payment.source.removeprefix(stripe_source("")), refund.amount)
    try:
        # Repeating the order is harmless: the reference is its idempotency key.
        found = gateway.retrieve_refund(refund.stripe_id) if refund.stripe_id else gateway.refund(order)
    except GatewayUnavailable as error:
        _postpone(court, refund.id, str(error.message))
        return 0
    except GatewayRefused as error:
        # That a question is refused, for a key that was taken back, says nothing of money on its way; a dispute ends.
        if refund.stripe_id is not None or error.code == "charge_disputed":
            _postpone(court, refund.id, f"{error.code}: {error.message}")
            return 0
        _give_up(court, refund.id, f"{error.code}: {error.message}")
        return 1
    _sent(court, refund.id, str(found["id"]))
    if found["status"] not in ("pending", "requires_action"):
        told = {
            "id": f"retrieved/{found['id']}/{found['status']}",
            "type": "refund.updated",
            "created": int(found["created"]),
            "data": {"object": found},
        }
        take(court, told, EventOrigin.RETRIEVED)
    return 1


def _sent(court: Court, refund_id: int, stripe_id: str) -> None:
    with court.database.write() as session:
        row = session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
        row.stripe_id = row.stripe_id or stripe_id
        row.attempts += 1
        row.next_try_at = court.clock.machine_now() + ASK_AGAIN
        if row.state is RefundState.APPROVED:
            row.state = RefundState.SENT


def _postpone(court: Court, refund_id: int, why: str) -> None:
    with court.database.write() as session:
        row = session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
        row.trouble = why[:1000]
        row.next_try_at = court.clock.machine_now() + min(FIRST_PAUSE * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
        row.attempts += 1


def _give_up(court: Court, refund_id: int, why: str) -> None:
    """Stripe will not do it: the cashier pays another way."""
    with court.sit() as sitting:
        row = sitting.session.scalars(select(Refund).where(Refund.id == refund_id).with_for_update()).one()
        if row.state not in (RefundState.APPROVED, RefundState.SENT):
            return
        row.state, row.trouble, row.attempts = RefundState.FAILED, why[:1000], row.attempts + 1
        case: Any = sitting.session.get_one(Case, row.case_id)
        title = T(
            "A refund of %(amount)s was refused by Stripe. Ask for an account and transfer it.", amount=row.amount
        )
        sitting.open_task(
            case, Role.CASHIER, desks.REFUND_TRANSFER, title, risk=70, due_at=row.due_at, subject=row.reference
        )
