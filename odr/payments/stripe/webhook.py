"""Events of Stripe's: stored first under their own id, then applied, once.

What Stripe sends is stored in a transaction of its own and answered; a moment later
it is applied beside the requests, several events in one transaction, each under a
savepoint. The worker does the same in every round, so that nothing is lost with the
process that took an event. When applying fails, the event stays stored with what
went wrong and is tried again, ever more rarely.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, insert, or_, select
from sqlalchemy.exc import IntegrityError

from odr.ground.memory.built_once import built_once
from odr.payments.models import EventOrigin, StripeEvent
from odr.payments.stripe.effects import ACTED, CourtEffects
from odr.payments.stripe.stripe_reports import absorb, is_heeded
from odr.procedure.sitting import Sitting

if TYPE_CHECKING:
    from odr.payments.stripe.gateway import Gateway
    from odr.procedure.court import Court

log = logging.getLogger("odr.payments")
MOST_ATTEMPTS = 8
FIRST_PAUSE = timedelta(seconds=5)
"""An event that failed ``n`` times rests until ``4ⁿ - 1`` times this after it came: from a quarter of a minute to a
day.
"""
TOGETHER = 16
"""Events applied in one transaction."""


def receive(court: Court, payload: bytes, signature: str | None) -> bool:
    """Take a webhook: once this returns the event is stored. Returns whether it is new. Raises SignatureRefused for
    what is not Stripe's.
    """
    gateway: Gateway = court.ports.payments
    event = gateway.verified(payload, signature)
    is_new = store(court, event, EventOrigin.WEBHOOK)
    if is_heeded(str(event.get("type"))):
        court.beside(apply_waiting)
    return is_new


def store(court: Court, event: Mapping[str, Any], origin: EventOrigin) -> bool:
    """Keep one authenticated event under its id, nothing more; returns whether it was new."""
    try:
        with court.database.write() as session:
            session.connection().execute(insert(StripeEvent.__table__), _values(court, event, origin))  # type: ignore[arg-type]
    except IntegrityError:
        with court.database.read() as session:
            if session.get(StripeEvent, str(event["id"])) is None:
                raise
        return False
    return True


def _values(court: Court, event: Mapping[str, Any], origin: EventOrigin) -> dict[str, Any]:
    """The row of an event. What the court does not act on needs no applying."""
    now, kind = court.clock.machine_now(), str(event.get("type", ""))[:80]
    return {
        "id": str(event["id"]),
        "kind": kind,
        "origin": origin,
        "payload": json.dumps(event, ensure_ascii=False, sort_keys=True),
        "created_at": datetime.fromtimestamp(int(event.get("created", 0)), UTC),
        "received_at": now,
        "applied_at": None if is_heeded(kind) else now,
        "attempts": 0,
    }


@contextlib.contextmanager
def _sitting(court: Court) -> Iterator[Sitting]:
    """A Sitting after which the log is told only if an event led to an entry."""
    with court.database.write() as session:
        sitting = Sitting(court, session, court.clock.now())
        yield sitting
        acted = session.info.pop(ACTED, False)
    sitting.follow_up()
    if acted:
        court.sequence()


def take(court: Court, event: Mapping[str, Any], origin: EventOrigin) -> bool:
    """Store and apply, in one transaction, an event the court asked Stripe for; returns whether it was new."""
    with _sitting(court) as sitting:
        return take_in(sitting, event, origin)


def take_in(sitting: Sitting, event: Mapping[str, Any], origin: EventOrigin) -> bool:
    """As :func:`take`, in a Sitting that is open."""
    session = sitting.session
    # Locked, so that two deliveries at once apply it one after the other.
    row = session.scalar(select(StripeEvent).where(StripeEvent.id == event["id"]).with_for_update())
    if row is not None:
        if row.applied_at is None:
            apply(sitting, row)
        return False
    row = StripeEvent(**_values(sitting.court, event, origin))
    session.add(row)
    apply(sitting, row)
    return True


def apply(sitting: Sitting, row: StripeEvent) -> None:
    """Let what an event tells take effect; a failure undoes its effects and keeps the event."""
    row.attempts += 1
    # Written as applied before the savepoint, which stores the row: what fails takes it back below.
    row.applied_at, row.trouble = sitting.court.clock.machine_now(), None
    try:
        with sitting.savepoint():
            absorb(sitting.session, json.loads(row.payload), CourtEffects(sitting))
    except Exception as error:
        log.exception("the event %s could not be applied", row.id)
        row.applied_at, row.trouble = None, f"{type(error).__name__}: {error}"[:1000]


def apply_waiting(court: Court, limit: int = 256) -> int:
    """Apply stored events that wait, in the order of their making; returns how many could be. Safe in several processes
    at once.
    """
    done = 0
    with court.database.read() as session:
        waits = built_once(lambda: select(StripeEvent.id).where(StripeEvent.applied_at.is_(None)).limit(1))
        if session.scalar(waits) is None or not session.scalars(_waiting(court).limit(1)).first():
            return 0
    while limit > 0:
        with _sitting(court) as sitting:
            # Locked in this order by whoever applies: a second one waits, and then finds them applied.
            rows = sitting.session.scalars(_waiting(court).limit(min(TOGETHER, limit)).with_for_update()).all()
            for row in rows:
                apply(sitting, row)
                done += row.applied_at is not None
        if not rows:
            break
        limit -= len(rows)
    return done


def _waiting(court: Court) -> Select[StripeEvent]:
    """Events not applied yet whose pause after a failure is over."""
    now = court.clock.machine_now()
    rested = (
        and_(StripeEvent.attempts == n, StripeEvent.received_at <= now - FIRST_PAUSE * (4**n - 1))
        for n in range(MOST_ATTEMPTS)
    )
    return (
        select(StripeEvent)
        .where(StripeEvent.applied_at.is_(None), or_(*rested))
        .order_by(StripeEvent.created_at, StripeEvent.id)
    )
