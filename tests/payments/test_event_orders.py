"""Four events, each delivered twice, in every order there is: the same books, credited once."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from math import factorial, prod
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import DocketEntry
from odr.ground.text import Money
from odr.payments.books.bookings import book_outside_refund, book_payment, refund_told, stripe_source
from odr.payments.books.ledger import is_balanced, trial_balance
from odr.payments.models import Channel, EventOrigin, FeeAssessment, Payment, Refund, StripeEvent, StripeFact
from odr.payments.stripe.gateway import RefundOrder
from odr.payments.stripe.reconciliation import reconcile
from odr.payments.stripe.stripe_reports import Told, absorb
from odr.payments.stripe.webhook import take_in
from odr.procedure.sitting import Sitting
from odr.training.stripe_peer.webhooks import Faults
from tests.payments.conftest import ON_BOTH, PayCourt, Served, pay_page

MakeEvent = Callable[..., dict[str, Any]]


class BookEffects:
    """What follows in the books alone: the same functions that the acts of the clock call."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def credit(self, intent: str, assessment: str, amount: Money, at: datetime) -> None:
        row = self.session.scalars(select(FeeAssessment).where(FeeAssessment.reference == assessment)).one()
        book_payment(self.session, row, Channel.CARD, amount, stripe_source(intent), at)

    def refund(self, fact: StripeFact) -> None:
        payment = self.session.scalar(select(Payment).where(Payment.source == stripe_source(fact.intent or "")))
        known = self.session.scalar(select(Refund.id).where(Refund.stripe_id == fact.stripe_id))
        if payment is not None and known is None and refund_told(fact):
            book_outside_refund(self.session, payment, fact.stripe_id, Money(fact.amount_minor, fact.currency), fact.at)

    def declined(self, assessment: str, at: datetime) -> None:
        """Moves no money."""

    def checkout(self, told: Told) -> None:
        """Moves no money."""

    def dispute(self, fact: StripeFact) -> None:
        raise AssertionError("none of these events is a dispute")

    def payout(self, fact: StripeFact) -> None:
        raise AssertionError("none of these events is a payout")


def four_events(make: MakeEvent, assessment: str) -> list[dict[str, Any]]:
    """A paid visit and a refund of part of it, as Stripe tells them."""
    ours = {"assessment": assessment, "checkout": "none"}
    session = {
        "id": "cs_1",
        "amount_total": 275_00,
        "currency": "cny",
        "payment_intent": "pi_1",
        "payment_status": "paid",
        "status": "complete",
        "metadata": ours,
    }
    intent = {
        "id": "pi_1",
        "amount": 275_00,
        "amount_received": 275_00,
        "currency": "cny",
        "status": "succeeded",
        "metadata": ours,
    }
    refund = {"id": "re_1", "amount": 100_00, "currency": "cny", "payment_intent": "pi_1", "metadata": {}}
    return [
        make("checkout.session.completed", session, "evt_1"),
        make("payment_intent.succeeded", intent, "evt_2"),
        make("refund.created", {**refund, "status": "pending"}, "evt_3"),
        make("refund.updated", {**refund, "status": "succeeded"}, "evt_4"),
    ]


def full(pay_court: PayCourt) -> bool:
    """Whether all orders are tried: on PostgreSQL, where each statement is a round trip, only when proving."""
    return pay_court.court.database.is_sqlite or bool(os.environ.get("ODR_PROVE"))


def times(pay_court: PayCourt) -> tuple[int, ...]:
    """How often each event comes: twice, in 8! / 2!⁴ = 2,520 orders, else in 180."""
    return (2, 2, 2, 2) if full(pay_court) else (1, 2, 1, 2)


@ON_BOTH
@pytest.mark.slow
def test_all_orders_of_four_events_each_twice(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Whatever the order and however often, one payment and one refund stand in balanced books."""
    case_id = pay_court.accepted()
    events = four_events(make_event, pay_court.fees(case_id)[0].reference)
    orders = 0

    def walk(session: Session, left: tuple[int, ...]) -> None:
        nonlocal orders
        if not any(left):
            orders += 1
            check(session)
            return
        for place, count in enumerate(left):
            if count:
                point = session.begin_nested()
                absorb(session, events[place], BookEffects(session))
                walk(session, (*left[:place], count - 1, *left[place + 1 :]))
                point.rollback()

    def check(session: Session) -> None:
        balances = trial_balance(session)
        assert is_balanced(balances)
        assert {b.account.value: b.net.minor for b in balances if b.net.minor} == {
            "clearing": 175_00,
            "deferred": -175_00,
        }
        assert (
            session.scalar(select(func.count()).select_from(Payment))
            == session.scalar(select(func.count()).select_from(Refund))
            == 1
        )

    counts = times(pay_court)
    with pay_court.court.database.write() as session:
        walk(session, counts)
        session.rollback()
    assert orders == factorial(sum(counts)) // prod(factorial(count) for count in counts)


class _KilledError(Exception):
    """The process dies before it commits."""


def killed_before_commit(served: Served, event: dict[str, Any]) -> None:
    """The event is taken and applied, and then nothing of it is committed: Stripe has no answer and sends it again."""
    court = served.pay.court
    with pytest.raises(_KilledError), court.database.write() as session:
        take_in(Sitting(court, session, court.clock.now()), event, EventOrigin.WEBHOOK)
        raise _KilledError


@ON_BOTH
@pytest.mark.slow
def test_thirty_orders_over_http(served: Served) -> None:
    """Thirty cases are paid and refunded at Stripe while nothing arrives (ten on PostgreSQL unless proving); then each
    one's events come twice, shuffled.

    Of each case one event is lost for good and one lost before our commit; every event also comes forged and stale.
    What is
    lost is asked for, and the books are the same as if all had come once.
    """
    dice, hour_ago = random.Random(2520), int(time.time()) - 3600
    served.peer.faults = Faults(drop=True)
    done: set[str] = set()
    cases = 30 if full(served.pay) else 10
    for number in range(cases):
        case_id = served.pay.accepted()
        pay_page(served.start_paying(case_id))
        intent = next(e for e in served.events() if e["type"] == "payment_intent.succeeded" and e["id"] not in done)[
            "data"
        ]["object"]
        served.pay.court.ports.payments.refund(RefundOrder(f"outside-{number}", intent["id"], Money(100_00, "CNY")))
        mine = [e for e in served.events() if e["id"] not in done]
        done |= {e["id"] for e in mine}
        lost, killed = mine[number % len(mine)], mine[(number // 2) % len(mine)]
        order = [e for e in mine if e is not lost for _ in range(2)]
        dice.shuffle(order)
        for place, event in enumerate(order):
            if event not in order[:place]:
                assert (served.deliver(event, secret="whsec_forged"), served.deliver(event, at=hour_ago)) == (400, 400)
            if event is killed:
                killed_before_commit(served, event)
            assert served.deliver(event) == 200
    reconcile(served.pay.court)
    for case in served.pay.rows(FeeAssessment):
        entries = [e.act for e in served.pay.rows(DocketEntry, case_id=case.case_id)]
        assert (entries.count("record_payment"), entries.count("record_outside_refund")) == (1, 1)
    assert served.pay.balances() == {"clearing": cases * 175_00, "deferred": -cases * 175_00}
    events = served.pay.rows(StripeEvent)
    assert {e.id for e in events} >= done and all(event.applied_at is not None for event in events)
