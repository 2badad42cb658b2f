"""Stripe's events taken, against raw commits on the same database in the same run; and how fast they are then applied."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import stripe
from sqlalchemy import func, select, text

from bench.acts import fresh
from bench.frame import PAIRS, Ratio, compare, timed
from odr.payments.models import CheckoutSession, CheckoutState, FeeAssessment, Payment, StripeEvent
from odr.payments.stripe.gateway import StripeGateway
from odr.payments.stripe.webhook import receive
from tests.scene import Scene

EVENTS, FEES, LONGEST = 60, 5, 60.0
"""Raw commits of a block, fees paid or left in one block of events, and seconds after which an event still not applied
is an error.
"""
SECRET = "whsec_of_the_bench"


class Till:
    """A court whose fees are due; every event has an id of its own. The log's places follow beside the requests, as in
    a sitting court.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene, self.number = scene, 0
        self.applied: list[float] = []
        scene.court.settings = scene.court.settings.model_copy(update={"sequencing": "background"})
        scene.court.ports.payments = StripeGateway("rk_test_bench", SECRET)
        for _ in range(FEES * (PAIRS + 1)):
            scene.lodge()
            scene.accept()
        with scene.court.database.write() as session:
            fees = list(session.scalars(select(FeeAssessment).order_by(FeeAssessment.id)))
            for fee in fees:
                visit = CheckoutSession(
                    assessment_id=fee.id,
                    attempt=1,
                    amount_minor=fee.amount_minor,
                    currency=fee.currency,
                    locale="en",
                    state=CheckoutState.OPEN,
                    stripe_id=f"cs_{fee.reference}",
                    asked_at=scene.clock.now(),
                    expires_at=scene.clock.now() + timedelta(hours=1),
                )
                session.add(visit)
            self.fees = [fee.reference for fee in fees]
        scene.court.settle()

    def event(self, kind: str, fee: str, object_id: str, **more: Any) -> tuple[bytes, str]:
        """A signed event as Stripe sends it."""
        self.number += 1
        found = {"id": object_id, "amount": 25_00, "currency": "cny", "metadata": {"assessment": fee}, **more}
        payload = json.dumps(
            {
                "id": f"evt_{self.number}",
                "object": "event",
                "type": kind,
                "created": 1_772_413_200,
                "data": {"object": found},
            }
        )
        return payload.encode(), stripe.WebhookSignature.generate_signature_header(payload, SECRET)

    def told_of(self, fee: str, number: int) -> list[tuple[bytes, str]]:
        """What Stripe tells of one fee: of five, one visit runs out, four are paid after one was declined first, one of
        those is refunded.
        """
        intent, visit = f"pi_{fee}", {"amount_total": 25_00, "payment_intent": f"pi_{fee}"}
        told = [self.event("payment_intent.created", fee, intent)]
        if number == 0:
            return [
                *told,
                self.event(
                    "checkout.session.expired", fee, f"cs_{fee}", **visit, status="expired", payment_status="unpaid"
                ),
            ]
        if number == 1:
            told.append(self.event("payment_intent.payment_failed", fee, intent))
        told.append(self.event("payment_intent.succeeded", fee, intent, amount_received=25_00))
        told.append(self.event("charge.succeeded", fee, f"ch_{fee}", payment_intent=intent))
        told.append(
            self.event(
                "checkout.session.completed", fee, f"cs_{fee}", **visit, status="complete", payment_status="paid"
            )
        )
        if number == 2:
            told += [
                self.event(f"refund.{step}", fee, f"re_{fee}", payment_intent=intent, status=status)
                for step, status in REFUND
            ]
        return told

    def webhooks(self) -> float:
        """Events a second: signature checked, stored under the event's id, one commit each, and answered. What follows
        is applied before the next measure.
        """
        mine, self.fees = self.fees[:FEES], self.fees[FEES:]
        signed = [one for number, fee in enumerate(mine) for one in self.told_of(fee, number)]
        begun = time.perf_counter()
        taken = timed(lambda: [receive(self.scene.court, payload, header) for payload, header in signed])
        while self.waiting():
            assert time.perf_counter() < begun + LONGEST, "an event was not applied"
            time.sleep(0.005)
        self.applied.append(len(signed) / (time.perf_counter() - begun - taken))
        self.scene.court.settle()
        return len(signed) / taken

    def waiting(self) -> int:
        """Events stored and not applied yet."""
        with self.scene.court.database.read() as session:
            return (
                session.scalar(select(func.count()).select_from(StripeEvent).where(StripeEvent.applied_at.is_(None)))
                or 0
            )

    def commits(self) -> float:
        """Transactions a second that insert one row."""

        def one() -> None:
            self.number += 1
            with self.scene.court.database.write() as session:
                session.execute(
                    text("INSERT INTO clock_offset (id, seconds) VALUES (:id, 0)"), {"id": 1_000_000 + self.number}
                )

        return EVENTS / timed(lambda: [one() for _ in range(EVENTS)])


REFUND = (("created", "pending"), ("updated", "succeeded"))


def webhooks(till: Till) -> Ratio:
    """Events as they come in life: visits begun, paid, declined, run out, one refund."""
    ratio = compare(
        "webhooks a second",
        ("signed events taken", till.webhooks),
        ("raw commits of one row", till.commits),
        limit=0.3,
        at_least=True,
    )
    with till.scene.court.database.read() as session:
        kinds = list(session.scalars(select(StripeEvent.kind)))
        paid = session.scalar(select(func.count()).select_from(Payment))
    assert paid == kinds.count("payment_intent.succeeded"), "not every charge was credited once"
    ratio.notes.append(", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))))
    ratio.notes.append(
        f"applied beside the requests, entry and bookings where money moved: {statistics.median(till.applied):.0f} events a second after the last was taken"
    )
    for note in ratio.notes:
        print(f"     {note}")
    return ratio


def run() -> list[Ratio]:
    """Every figure of this module."""
    with tempfile.TemporaryDirectory() as folder:
        till = Till(fresh(Path(folder)))
        ratios = [webhooks(till)]
        till.scene.court.database.dispose()
        return ratios
