"""Facts reported by Stripe's events, whatever their order.

Each object of Stripe's has a rank that only rises, so learning is a join: events
may come twice, late, early or in any order, and the same facts result. What
follows from a fact is booked under a cause of its own, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.text import Money
from odr.payments.models import FactKind, StripeFact
from odr.payments.stripe.gateway import from_stripe, metadata

SESSION_EXPIRED, SESSION_FAILED, SESSION_PROCESSING, SESSION_PAID = 1, 2, 3, 4
INTENT_FAILED, INTENT_SUCCEEDED = 1, 2
REFUND_PENDING, REFUND_PAID, REFUND_FAILED = 0, 2, 3
DISPUTE_OPEN, DISPUTE_WITHDRAWN, DISPUTE_LOST, DISPUTE_REINSTATED, DISPUTE_DROPPED = 1, 2, 3, 4, 5
DISPUTE_RUNS = (DISPUTE_OPEN, DISPUTE_WITHDRAWN)
"""A bank has not decided yet."""
PAYOUT_PAID, PAYOUT_FAILED = 1, 2

_REFUND_RANKS = {
    "pending": REFUND_PENDING,
    "requires_action": 1,
    "succeeded": REFUND_PAID,
    "failed": REFUND_FAILED,
    "canceled": REFUND_FAILED,
}
_SESSION_KINDS = {
    "checkout.session.expired": SESSION_EXPIRED,
    "checkout.session.async_payment_failed": SESSION_FAILED,
    "checkout.session.async_payment_succeeded": SESSION_PAID,
}
_INTENT_KINDS = {"payment_intent.payment_failed": INTENT_FAILED, "payment_intent.succeeded": INTENT_SUCCEEDED}
_DISPUTE_KINDS = {
    "charge.dispute.funds_withdrawn": DISPUTE_WITHDRAWN,
    "charge.dispute.funds_reinstated": DISPUTE_REINSTATED,
}
_DISPUTE_ENDS = {"lost": DISPUTE_LOST, "won": DISPUTE_REINSTATED, "warning_closed": DISPUTE_DROPPED}
"""Status of a dispute that is closed → what came of it; an inquiry that is dropped never moved money."""
_PAYOUT_KINDS = {"payout.paid": PAYOUT_PAID, "payout.failed": PAYOUT_FAILED}

_HEEDED = ("checkout.session.", "refund.", "charge.refund.updated", "charge.dispute.", *_INTENT_KINDS, *_PAYOUT_KINDS)


def is_heeded(kind: str) -> bool:
    """Whether events of this kind may tell the court something."""
    return kind.startswith(_HEEDED)


@dataclass(frozen=True)
class Told:
    """What an event says of one object."""

    kind: FactKind
    stripe_id: str
    rank: int
    amount: Money
    intent: str | None
    ours: str | None
    checkout: str | None
    at: datetime


class Effects(Protocol):
    """What follows from facts. Every one may be called again and must then do nothing."""

    def credit(self, intent: str, assessment: str, amount: Money, at: datetime) -> None: ...
    def declined(self, assessment: str, at: datetime) -> None: ...
    def checkout(self, told: Told) -> None: ...
    def refund(self, fact: StripeFact) -> None: ...
    def dispute(self, fact: StripeFact) -> None: ...
    def payout(self, fact: StripeFact) -> None: ...


def read_event(event: Mapping[str, Any]) -> Told | None:
    """What an event says, or None for a kind we do not act on. Raises KeyError or ValueError for a broken one."""
    kind, found = str(event["type"]), event["data"]["object"]
    at = datetime.fromtimestamp(int(event.get("created", 0)), UTC)
    if kind.startswith("checkout.session."):
        return _session(kind, found, at)
    if kind in _INTENT_KINDS:
        amount = found.get("amount_received") or found["amount"]
        return _told(
            FactKind.INTENT, found, _INTENT_KINDS[kind], amount, found["id"], metadata(found).get("assessment"), at
        )
    if kind.startswith("refund.") or kind == "charge.refund.updated":
        return _told(
            FactKind.REFUND,
            found,
            _REFUND_RANKS[found["status"]],
            found["amount"],
            found.get("payment_intent"),
            metadata(found).get("refund"),
            at,
        )
    if kind.startswith("charge.dispute."):
        rank = _DISPUTE_KINDS.get(kind, DISPUTE_OPEN)
        if kind == "charge.dispute.closed":
            rank = _DISPUTE_ENDS.get(str(found["status"]), DISPUTE_OPEN)
        return _told(FactKind.DISPUTE, found, rank, found["amount"], found.get("payment_intent"), None, at)
    if kind in _PAYOUT_KINDS:
        return _told(FactKind.PAYOUT, found, _PAYOUT_KINDS[kind], found["amount"], None, None, at)
    return None


def _session(kind: str, found: Mapping[str, Any], at: datetime) -> Told | None:
    rank = _SESSION_KINDS.get(kind)
    if kind == "checkout.session.completed":
        rank = SESSION_PAID if found.get("payment_status") == "paid" else SESSION_PROCESSING
    if rank is None:
        return None
    ours = metadata(found)
    return _told(
        FactKind.SESSION,
        found,
        rank,
        found["amount_total"],
        found.get("payment_intent"),
        ours.get("assessment"),
        at,
        ours.get("checkout"),
    )


def _told(
    kind: FactKind,
    found: Mapping[str, Any],
    rank: int,
    amount: int,
    intent: str | None,
    ours: str | None,
    at: datetime,
    checkout: str | None = None,
) -> Told:
    return Told(
        kind, str(found["id"]), rank, from_stripe(int(amount), str(found["currency"])), intent, ours, checkout, at
    )


def learn(session: Session, told: Told) -> StripeFact:
    """Keep what was told unless we know the object to have come further."""
    fact = session.scalar(select(StripeFact).where(StripeFact.stripe_id == told.stripe_id))
    if fact is None:
        fact = StripeFact(
            kind=told.kind, stripe_id=told.stripe_id, rank=-1, amount_minor=0, currency=told.amount.currency, at=told.at
        )
        session.add(fact)
    if told.rank > fact.rank:
        fact.rank, fact.at = told.rank, told.at
        fact.amount_minor, fact.currency = told.amount.minor, told.amount.currency
    fact.intent = fact.intent or told.intent
    fact.ours = fact.ours or told.ours
    session.flush()
    return fact


def follow(session: Session, told: Told, fact: StripeFact, effects: Effects) -> None:
    """Let everything follow that the facts now call for."""
    match fact.kind:
        case FactKind.SESSION:
            effects.checkout(told)
            if fact.rank == SESSION_PAID:
                _credit(session, fact, effects)
        case FactKind.INTENT:
            if fact.rank == INTENT_SUCCEEDED:
                _credit(session, fact, effects)
            elif fact.ours is not None:
                effects.declined(fact.ours, fact.at)
        case FactKind.REFUND:
            effects.refund(fact)
        case FactKind.DISPUTE:
            effects.dispute(fact)
        case FactKind.PAYOUT:
            effects.payout(fact)


def _credit(session: Session, fact: StripeFact, effects: Effects) -> None:
    """Credit the charge, then take up what was told of it before it was known."""
    if fact.intent is None or fact.ours is None:
        return
    effects.credit(fact.intent, fact.ours, Money(fact.amount_minor, fact.currency), fact.at)
    for waiting in session.scalars(
        select(StripeFact)
        .where(StripeFact.intent == fact.intent, StripeFact.kind.in_((FactKind.REFUND, FactKind.DISPUTE)))
        .order_by(StripeFact.id)
    ):
        (effects.refund if waiting.kind is FactKind.REFUND else effects.dispute)(waiting)


def absorb(session: Session, event: Mapping[str, Any], effects: Effects) -> bool:
    """Learn an event and let follow what follows; returns whether it was of a kind we act on."""
    told = read_event(event)
    if told is None:
        return False
    follow(session, told, learn(session, told), effects)
    return True
