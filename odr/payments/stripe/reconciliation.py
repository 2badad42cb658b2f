"""Asking Stripe for what is missing, and laying its books beside ours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.silence import outward
from odr.payments.books.bookings import stripe_source
from odr.payments.models import (
    AssessmentState,
    Channel,
    CheckoutSession,
    CheckoutState,
    DifferenceKind,
    EventOrigin,
    FeeAssessment,
    Payment,
    ReconcileRun,
    StripeEvent,
    StripeFact,
)
from odr.payments.stripe.checkout import USABLE, close_page, take_page
from odr.payments.stripe.gateway import Gateway, GatewayRefused, GatewayUnavailable, from_stripe, metadata
from odr.payments.stripe.webhook import apply_waiting, take

if TYPE_CHECKING:
    from odr.procedure.court import Court

EVERY = timedelta(minutes=10)
OVERLAP = timedelta(hours=2)
"""Events are asked for again this far back: Stripe may list one late."""
REACH = timedelta(days=30)
"""How long Stripe keeps events."""
PATIENCE = timedelta(minutes=5)
"""A page younger than this is not asked about: its event is probably on the way."""


AT_ONCE = 500
"""Charges looked for in one statement."""


@dataclass(frozen=True)
class Difference:
    """Where Stripe's books and ours do not agree: what, about which charge, their sum and ours in minor units."""

    what: DifferenceKind
    stripe_id: str
    theirs: int | None
    ours: int | None
    currency: str
    seen_at: datetime | None = None
    """When it was first seen; None for one that is seen now."""

    def to_json(self, now: datetime) -> dict[str, Any]:
        """The difference as kept with its run."""
        return {
            "what": self.what.value,
            "stripe_id": self.stripe_id,
            "theirs": self.theirs,
            "ours": self.ours,
            "currency": self.currency,
            "seen_at": (self.seen_at or now).isoformat(),
        }


@outward
def sweep(court: Court) -> int:
    """Every ten minutes: events that never came, pages and stored events left open. Returns how much was made good."""
    gateway: Gateway = court.ports.payments
    done = apply_waiting(court)
    if not gateway.takes_online:
        return done
    with court.database.read() as session:
        last = session.scalar(select(ReconcileRun.at).order_by(ReconcileRun.id.desc()).limit(1))
    if last is not None and court.clock.machine_now() - last < EVERY:
        return done
    try:
        return done + reconcile(court).applied
    except (GatewayUnavailable, GatewayRefused):
        return done


def reconcile(court: Court) -> ReconcileRun:
    """Compare now; raises GatewayUnavailable when Stripe cannot be asked."""
    gateway: Gateway = court.ports.payments
    now = court.clock.machine_now()
    with court.database.read() as session:
        since = _since(session, now)
        known = set(session.scalars(select(StripeEvent.id).where(StripeEvent.created_at >= since - OVERLAP)))
        stale = list(
            session.scalars(
                select(CheckoutSession.stripe_id).where(
                    CheckoutSession.state.in_(USABLE),
                    CheckoutSession.stripe_id.is_not(None),
                    CheckoutSession.asked_at <= now - PATIENCE,
                )
            )
        )
    events = list(gateway.events_since(since))
    # Stripe lists newest first; in order of time fewer facts have to wait for one another.
    missing = sorted((e for e in events if e["id"] not in known), key=lambda e: int(e["created"]))
    applied = sum(take(court, event, EventOrigin.LISTED) for event in missing)
    applied += sum(_look_at(court, gateway, str(page)) for page in stale)
    expire_useless(court, gateway)
    differences = compare(court, gateway, since)
    with court.database.read() as session:
        differences += _still(session, differences, now)
    run = ReconcileRun(
        at=now,
        asked=len(events) + len(stale),
        applied=applied,
        newest_event_at=now,
        differences=[one.to_json(now) for one in differences],
    )
    with court.database.write() as session:
        session.add(run)
    return run


def _look_at(court: Court, gateway: Gateway, page: str) -> bool:
    """Learn how one page stands; one that Stripe does not know under this key keeps nothing else from being compared."""
    try:
        return take_page(court, gateway.retrieve_checkout(page))
    except GatewayRefused:
        return False


def _still(session: Session, found: Sequence[Difference], now: datetime) -> list[Difference]:
    """What the comparison before had seen and this one, which looks back two hours, does not reach: it stands until it is
    credited, for as long as Stripe tells of it. Somebody's money must not leave the desk because it is evening.
    """
    last = session.scalar(select(ReconcileRun).order_by(ReconcileRun.id.desc()).limit(1))
    seen = {one.stripe_id for one in found}
    stands = []
    for kept in last.differences if last is not None else ():
        at = datetime.fromisoformat(kept["seen_at"]) if "seen_at" in kept else last.at if last is not None else now
        one = Difference(
            DifferenceKind(kept["what"]), kept["stripe_id"], kept["theirs"], kept["ours"], kept["currency"], at
        )
        if one.stripe_id not in seen and at > now - REACH and not _is_settled(session, one):
            stands.append(one)
    return stands


def _is_settled(session: Session, one: Difference) -> bool:
    """Whether a charge that was missing here has been credited since, with the sum it was over; one that was missing at
    Stripe had begun before what the comparison looked at, where Stripe itself told of it.
    """
    if one.what is DifferenceKind.NOT_AT_STRIPE:
        return session.scalar(select(StripeFact.id).where(StripeFact.intent == one.stripe_id).limit(1)) is not None
    payment = session.scalar(select(Payment).where(Payment.source == stripe_source(one.stripe_id)))
    return payment is not None and payment.amount_minor == one.theirs


def _since(session: Session, now: datetime) -> datetime:
    last = session.scalar(select(ReconcileRun.newest_event_at).order_by(ReconcileRun.id.desc()).limit(1))
    return max(last - OVERLAP, now - REACH) if last is not None else now - REACH


def expire_useless(court: Court, gateway: Gateway) -> int:
    """Close pages of fees that are not owed any more, so that nobody pays twice."""
    with court.database.read() as session:
        settled = (AssessmentState.PAID, AssessmentState.CANCELLED, AssessmentState.NOTHING)
        query = (
            select(CheckoutSession.stripe_id)
            .join(FeeAssessment)
            .where(CheckoutSession.state == CheckoutState.OPEN, FeeAssessment.state.in_(settled))
        )
        pages = list(session.scalars(query.limit(50)))
    closed = 0
    for page in pages:
        with contextlib.suppress(GatewayRefused):
            closed += close_page(court, gateway, str(page))
    return closed


def _ours(session: Session, intents: Sequence[str], since: datetime) -> Iterator[Payment]:
    """Our payments by card of a period, and those of some charges whenever they came; never all there ever were."""
    by_card = select(Payment).where(Payment.channel == Channel.CARD)
    yield from session.scalars(by_card.where(Payment.received_at >= since))
    for place in range(0, len(intents), AT_ONCE):
        some = [stripe_source(each) for each in intents[place : place + AT_ONCE]]
        yield from session.scalars(by_card.where(Payment.source.in_(some)))


def compare(court: Court, gateway: Gateway, since: datetime) -> list[Difference]:
    """Every charge of the period on one side only, or with another sum."""
    theirs: dict[str, Any] = {}
    for intent in gateway.charges_since(since):
        if intent["status"] == "succeeded":
            theirs[str(intent["id"])] = (
                from_stripe(int(intent["amount_received"]), str(intent["currency"])),
                metadata(intent).get("assessment"),
            )
    with court.database.read() as session:
        ours = {
            row.source.removeprefix(stripe_source("")): row for row in _ours(session, list(theirs), since + OVERLAP)
        }
        session.expunge_all()
    found = []
    for intent_id, (amount, assessment) in theirs.items():
        mine = ours.get(intent_id)
        if mine is None:
            what = DifferenceKind.NOT_OURS if assessment is None else DifferenceKind.NOT_CREDITED
            found.append(Difference(what, intent_id, amount.minor, None, amount.currency))
        elif mine.amount != amount:
            found.append(
                Difference(DifferenceKind.SUMS_DIFFER, intent_id, amount.minor, mine.amount_minor, amount.currency)
            )
    for intent_id, row in ours.items():
        if intent_id not in theirs:
            found.append(Difference(DifferenceKind.NOT_AT_STRIPE, intent_id, None, row.amount_minor, row.currency))
    return found
