"""Disputes, payouts, kills at random, and how fast events are taken."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from odr.docket.models import DocketEntry
from odr.payments.books.ledger import is_balanced, trial_balance
from odr.payments.models import EventOrigin, LedgerEntry, Payment, StripeEvent
from odr.payments.stripe.webhook import FIRST_PAUSE, MOST_ATTEMPTS, TOGETHER, apply_waiting, store, take
from odr.procedure.models import Task
from tests.patience import PATIENCE
from tests.payments.conftest import ON_BOTH, PayCourt
from tests.payments.test_fee_acts import stripe_paid

MakeEvent = Callable[..., dict[str, Any]]


def paid(make: MakeEvent, assessment: str, number: int) -> dict[str, Any]:
    """A charge that succeeded."""
    found = {
        "id": f"pi_{number}",
        "amount": 275_00,
        "amount_received": 275_00,
        "currency": "cny",
        "metadata": {"assessment": assessment},
    }
    return make("payment_intent.succeeded", found, f"evt_{number}")


def dispute(make: MakeEvent, kind: str, status: str, event_id: str) -> dict[str, Any]:
    """A dispute about the charge pi_1."""
    return make(
        f"charge.dispute.{kind}",
        {"id": "dp_1", "amount": 275_00, "currency": "cny", "payment_intent": "pi_1", "status": status},
        event_id,
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("won", "left"),
    [(True, {"clearing": 275_00, "deferred": -275_00}), (False, {"receivable": 275_00, "deferred": -275_00})],
)
def test_a_dispute_ends_in_the_same_books_in_any_order(
    pay_court: PayCourt, make_event: MakeEvent, won: bool, left: dict[str, int], seed: int
) -> None:
    """Won, the money is back; lost, the fee is owed again; whatever the order of the events, the charge's own included."""
    case_id = pay_court.accepted()
    last = ("funds_reinstated", "won") if won else ("closed", "lost")
    told = [
        paid(make_event, pay_court.fees(case_id)[0].reference, 1),
        dispute(make_event, "created", "needs_response", "a"),
        dispute(make_event, "funds_withdrawn", "needs_response", "b"),
        dispute(make_event, *last, "c"),
    ]
    random.Random(seed).shuffle(told)
    for event in told:
        take(pay_court.court, event, EventOrigin.LISTED)
    assert pay_court.balances() == left
    assert [t.kind for t in pay_court.rows(Task) if t.kind == "fee_dispute"] == ["fee_dispute"]


def test_a_payout_moves_what_stripe_held(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """A payout moves money from Stripe to the bank, and back when the bank returned it."""
    case_id = pay_court.accepted()
    stripe_paid(pay_court, case_id)
    found = {"id": "po_1", "amount": 275_00, "currency": "cny"}
    take(pay_court.court, make_event("payout.paid", found, "evt_p"), EventOrigin.LISTED)
    assert pay_court.balances() == {"bank": 275_00, "deferred": -275_00}
    take(pay_court.court, make_event("payout.failed", found, "evt_f"), EventOrigin.LISTED)
    assert pay_court.balances() == {"clearing": 275_00, "deferred": -275_00}


def test_an_event_that_cannot_be_applied_is_kept(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """A broken event moves nothing, stays stored with its trouble, and does not stop the next one."""
    case_id = pay_court.accepted()
    take(
        pay_court.court,
        make_event("payment_intent.succeeded", {"id": "pi_bad", "currency": "cny"}, "evt_bad"),
        EventOrigin.LISTED,
    )
    take(pay_court.court, paid(make_event, pay_court.fees(case_id)[0].reference, 1), EventOrigin.LISTED)
    states = {e.id: (e.applied_at is not None, e.trouble is not None) for e in pay_court.rows(StripeEvent)}
    assert states == {"evt_bad": (False, True), "evt_1": (True, False)}
    assert len(pay_court.rows(Payment)) == 1


def test_a_stored_event_outlives_the_process_that_took_it(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """What was stored and answered before its process died is applied by the worker's next round, once; what the court
    does not act on waits for nothing.
    """
    case_id = pay_court.accepted()
    event = paid(make_event, pay_court.fees(case_id)[0].reference, 1)
    assert store(pay_court.court, event, EventOrigin.WEBHOOK) and not store(pay_court.court, event, EventOrigin.WEBHOOK)
    assert store(pay_court.court, make_event("customer.created", {"id": "cus_1"}, "evt_c"), EventOrigin.WEBHOOK)
    assert pay_court.balances() == {"receivable": 275_00, "deferred": -275_00}
    assert pay_court.court.hooks.sweeps["reconcile"](pay_court.court) == 1
    assert pay_court.court.hooks.sweeps["reconcile"](pay_court.court) == 0
    assert pay_court.balances() == {"clearing": 275_00, "deferred": -275_00}
    assert all(e.applied_at is not None for e in pay_court.rows(StripeEvent))


def test_what_cannot_be_applied_is_tried_ever_more_rarely(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """A broken event is tried eight times in a day, not eight times in as many rounds, and stops none that is whole."""
    fee = pay_court.fees(pay_court.accepted())[0].reference
    store(
        pay_court.court,
        make_event("payment_intent.succeeded", {"id": "pi_bad", "currency": "cny"}, "evt_bad"),
        EventOrigin.WEBHOOK,
    )
    store(pay_court.court, paid(make_event, fee, 1), EventOrigin.WEBHOOK)
    assert (apply_waiting(pay_court.court), apply_waiting(pay_court.court)) == (1, 0)
    tried = [pay_court.rows(StripeEvent, id="evt_bad")[0].attempts]
    for number in range(1, MOST_ATTEMPTS + 1):
        pay_court.clock.set(pay_court.rows(StripeEvent, id="evt_bad")[0].received_at + FIRST_PAUSE * (4**number - 1))
        apply_waiting(pay_court.court)
        tried.append(pay_court.rows(StripeEvent, id="evt_bad")[0].attempts)
    assert tried == [*range(1, MOST_ATTEMPTS + 1), MOST_ATTEMPTS]


@ON_BOTH
def test_several_processes_apply_each_event_once(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Four that apply what waits at the same time, more than goes into one transaction, credit every charge once and
    trip over nothing.
    """
    fees = [pay_court.fees(pay_court.accepted())[0].reference for _ in range(4)]
    for number, fee in enumerate(fees):
        intent = {"assessment": fee}
        store(pay_court.court, paid(make_event, fee, number), EventOrigin.WEBHOOK)
        for copy in range(TOGETHER // 3):
            session = {
                "id": f"cs_{number}",
                "amount_total": 275_00,
                "currency": "cny",
                "payment_intent": f"pi_{number}",
                "metadata": intent,
            }
            told = make_event(
                "checkout.session.completed",
                {**session, "payment_status": "paid", "status": "complete"},
                f"evt_{number}_{copy}",
            )
            store(pay_court.court, told, EventOrigin.WEBHOOK)
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _: apply_waiting(pay_court.court), range(4)))
    events = pay_court.rows(StripeEvent)
    assert done == len(events) > TOGETHER and {(e.attempts, e.trouble) for e in events} == {(1, None)}
    assert pay_court.balances() == {"clearing": 4 * 275_00, "deferred": -4 * 275_00}


def test_a_charge_in_another_currency_is_not_credited(pay_court: PayCourt, make_event: MakeEvent) -> None:
    """Money in a currency the fee is not in is never converted by guess; reconciliation lists it."""
    event = paid(make_event, pay_court.fees(pay_court.accepted())[0].reference, 1)
    event["data"]["object"]["currency"] = "usd"
    take(pay_court.court, event, EventOrigin.LISTED)
    assert pay_court.rows(Payment) == []


@ON_BOTH
@pytest.mark.slow
def test_killed_at_random_the_books_balance_and_nothing_is_credited_twice(
    pay_court: PayCourt, make_event: MakeEvent, tmp_path: Path
) -> None:
    """A court killed again and again while it takes events ends with every charge credited once and balanced books."""
    many, rounds = (
        (12, 6) if os.environ.get("ODR_PROVE") or pay_court.court.database.engine.dialect.name == "sqlite" else (6, 3)
    )
    cases = [pay_court.accepted() for _ in range(many)]
    events = [paid(make_event, pay_court.fees(case_id)[0].reference, number) for number, case_id in enumerate(cases)]
    file = tmp_path / "events.jsonl"
    file.write_text("\n".join(json.dumps(event) for event in events))
    dice = random.Random(5)
    command = [sys.executable, "-m", "tests.payments.killed", pay_court.court.database.url, str(tmp_path), str(file)]
    forker = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert forker.stdin is not None and forker.stdout is not None
    for round_ in range(rounds):
        forker.stdin.write("again\n")
        court = int(forker.stdout.readline())
        if round_ < rounds - 1:
            time.sleep(dice.uniform(0.005, 0.08))
            os.kill(court, signal.SIGKILL)
        assert forker.stdout.readline() == "ended\n"
        with pay_court.court.database.read() as session:
            assert is_balanced(trial_balance(session))
            credited = session.scalar(select(func.count()).select_from(Payment))
            assert credited == session.scalar(
                select(func.count()).select_from(LedgerEntry).where(LedgerEntry.what == "fee paid")
            )
            assert credited == session.scalar(
                select(func.count()).select_from(DocketEntry).where(DocketEntry.act == "record_payment")
            )
    forker.stdin.close()
    assert forker.wait(PATIENCE) == 0
    forker.stdout.close()
    assert pay_court.balances() == {"clearing": many * 275_00, "deferred": -many * 275_00}
