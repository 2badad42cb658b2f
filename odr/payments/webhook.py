"""Events of Stripe's: stored first under their own id, then applied, once.

Storing and applying are one transaction; when applying fails, the event stays
stored with what went wrong and the reconciliation sweep tries again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.payments.effects import ACTED, CourtEffects
from odr.payments.facts import absorb
from odr.payments.models import EventOrigin, StripeEvent
from odr.procedure.sitting import Sitting

if TYPE_CHECKING:
    from odr.payments.gateway import Gateway
    from odr.procedure.court import Court

log = logging.getLogger("odr.payments")
MOST_ATTEMPTS = 8


def receive(court: Court, payload: bytes, signature: str | None) -> bool:
    """Take a webhook. Returns whether the event is new. Raises SignatureRefused for what is not Stripe's."""
    gateway: Gateway = court.ports.payments
    event = gateway.verified(payload, signature)
    return take(court, event, EventOrigin.WEBHOOK)


def take(court: Court, event: Mapping[str, Any], origin: EventOrigin) -> bool:
    """Store and apply one authenticated event; returns whether it was new."""
    with court.database.write() as session:
        sitting = Sitting(court, session, court.clock.now())
        is_new = take_in(sitting, event, origin)
        acted = session.info.pop(ACTED, False)
    for then in sitting.after_commit:
        then()
    if acted:
        court.sequence()
    return is_new


def take_in(sitting: Sitting, event: Mapping[str, Any], origin: EventOrigin) -> bool:
    """As :func:`take`, in a Sitting that is open."""
    session = sitting.session
    # Locked, so that two deliveries at once apply it one after the other.
    row = session.scalar(select(StripeEvent).where(StripeEvent.id == event["id"]).with_for_update())
    if row is not None:
        if row.applied_at is None:
            apply(sitting, row)
        return False
    row = StripeEvent(
        id=str(event["id"]),
        kind=str(event.get("type", ""))[:80],
        origin=origin,
        payload=json.dumps(event, ensure_ascii=False, sort_keys=True),
        created_at=datetime.fromtimestamp(int(event.get("created", 0)), UTC),
        received_at=sitting.court.clock.machine_now(),
        attempts=0,
    )
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


def apply_waiting(court: Court, limit: int = 100) -> int:
    """Try stored events again that could not be applied; returns how many could now."""
    done = 0
    with court.database.read() as session:
        waiting = list(
            session.scalars(
                select(StripeEvent.id)
                .where(StripeEvent.applied_at.is_(None), StripeEvent.attempts < MOST_ATTEMPTS)
                .order_by(StripeEvent.created_at)
                .limit(limit)
            )
        )
    for event_id in waiting:
        with court.sit() as sitting:
            row = sitting.session.scalars(select(StripeEvent).where(StripeEvent.id == event_id).with_for_update()).one()
            if row.applied_at is None:
                apply(sitting, row)
                done += row.applied_at is not None
    return done
