"""Stripe's events taken, against raw commits on the same database in the same run."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import stripe
from sqlalchemy import select, text

from bench.acts import fresh
from bench.frame import Ratio, compare, timed
from odr.payments.gateway import StripeGateway
from odr.payments.models import FeeAssessment
from odr.payments.webhook import receive
from tests.scene import Scene

EVENTS, CREDITS = 60, 20
SECRET = "whsec_of_the_bench"


class Till:
    """A court whose fee is due; every event has an id of its own."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.number = scene, 0
        scene.court.ports.payments = StripeGateway("rk_test_bench", SECRET)
        for _ in range(CREDITS):
            scene.lodge()
            scene.accept()
        with scene.court.database.read() as session:
            self.fees = list(session.scalars(select(FeeAssessment.reference).order_by(FeeAssessment.id)))

    def event(self, kind: str, fee: str) -> tuple[bytes, str]:
        """A signed event as Stripe sends it."""
        self.number += 1
        found: dict[str, Any] = {
            "id": f"pi_{self.number}",
            "amount": 25_00,
            "amount_received": 25_00,
            "currency": "cny",
            "metadata": {"assessment": fee},
        }
        payload = json.dumps({"id": f"evt_{self.number}", "object": "event", "type": kind, "created": 1_772_413_200, "data": {"object": found}})
        return payload.encode(), stripe.WebhookSignature.generate_signature_header(payload, SECRET)

    def webhooks(self) -> float:
        """Events a second: signature, storing under the event's id, what follows, one commit each."""
        signed = [self.event("payment_intent.payment_failed", self.fees[0]) for _ in range(EVENTS)]
        return EVENTS / timed(lambda: [receive(self.scene.court, payload, header) for payload, header in signed])

    def credits(self) -> float:
        """The same for events that pay a fee: each makes an entry, a leaf of the log, bookings, and a signed tree head."""
        signed = [self.event("payment_intent.succeeded", fee) for fee in self.fees[1:]]
        return len(signed) / timed(lambda: [receive(self.scene.court, payload, header) for payload, header in signed])

    def commits(self) -> float:
        """Transactions a second that insert one row."""

        def one() -> None:
            self.number += 1
            with self.scene.court.database.write() as session:
                session.execute(text("INSERT INTO clock_offset (id, seconds) VALUES (:id, 0)"), {"id": 1_000_000 + self.number})

        return EVENTS / timed(lambda: [one() for _ in range(EVENTS)])


def webhooks(till: Till) -> Ratio:
    """Events that are learned and shown: most of what Stripe sends."""
    ratio = compare("webhooks a second", ("signed events taken", till.webhooks), ("raw commits of one row", till.commits), limit=0.3, at_least=True)
    ratio.notes.append(f"events that credit a fee, once each: {till.credits():.1f} a second")
    print(f"     {ratio.notes[-1]}")
    return ratio


def run() -> list[Ratio]:
    """Every figure of this module."""
    with tempfile.TemporaryDirectory() as folder:
        return [webhooks(Till(fresh(Path(folder))))]
