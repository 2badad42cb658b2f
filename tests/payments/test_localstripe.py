"""Another's idea of Stripe: what localstripe supports runs against the court's gateway, books and webhook."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import stripe

from odr.docket.models import Outcome
from odr.ground.text import Money
from odr.payments.books.bookings import stripe_source
from odr.payments.models import AssessmentState, EventOrigin, Payment, Refund, RefundState
from odr.payments.stripe import refunds
from odr.payments.stripe.gateway import CheckoutOrder, GatewayRefused, GatewayUnavailable, StripeGateway
from odr.payments.stripe.webhook import take
from tests.patience import PATIENCE, until
from tests.payments.conftest import SECRET, Served
from tests.payments.test_refunds import approve, end

KEY = "sk_test_court"
START = datetime.fromtimestamp(0, UTC)


@pytest.fixture
def elsewhere(served: Served, tmp_path: Path) -> Iterator[stripe.StripeClient]:
    """localstripe as a process of its own; the court asks it and takes its events. Gives a client for the payer's side."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url, process), "localstripe answers")
        hook = {"url": f"{served.url}/payments/stripe", "secret": SECRET}
        requests.post(f"{url}/_config/webhooks/court", json=hook, timeout=PATIENCE).raise_for_status()
        served.pay.court.ports.payments = StripeGateway(KEY, SECRET, api_base=url, retries=0)
        yield stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "localstripe did not start"
    with suppress(requests.ConnectionError):
        requests.get(f"{url}/js.stripe.com/v3/", timeout=PATIENCE)
        return True
    return False


def pay(client: stripe.StripeClient, amount: int, assessment: str, number: str = "4242424242424242") -> str:
    """A customer pays with a card; gives the PaymentIntent."""
    customer = client.v1.customers.create({"email": "li@example.com"})
    card = client.v1.payment_methods.create(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2030, "cvc": "123"}}
    )  # type: ignore[typeddict-item]
    client.v1.payment_methods.attach(card.id, {"customer": customer.id})
    intent = client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "cny",
            "customer": customer.id,
            "payment_method": card.id,
            "metadata": {"assessment": assessment},
        }
    )
    client.v1.payment_intents.confirm(intent.id)
    return intent.id


def test_a_fee_is_paid_and_refunded_through_localstripe(served: Served, elsewhere: stripe.StripeClient) -> None:
    """Its signed event credits the fee once; its list brings nothing new; our refund is taken there and empties the
    books.
    """
    case_id = served.pay.accepted()
    intent = pay(elsewhere, 275_00, served.pay.fees(case_id)[0].reference)
    until(lambda: served.pay.fees(case_id)[0].state is AssessmentState.PAID, "Stripe's event has been applied")
    assert [p.source for p in served.pay.rows(Payment)] == [stripe_source(intent)]
    for event in elsewhere.v1.events.list({"type": "payment_intent.succeeded"}).data:
        take(served.pay.court, event.to_dict(), EventOrigin.LISTED)
    assert served.pay.balances() == {"clearing": 275_00, "deferred": -275_00}
    end(served.pay, case_id, Outcome.DISMISSED)
    approve(served.pay, case_id, "first")
    refunds.sweep(served.pay.court)
    (refund,) = served.pay.rows(Refund)
    found = served.pay.court.ports.payments.retrieve_refund(refund.stripe_id)
    assert refund.state is RefundState.PAID and (found["amount"], found["payment_intent"]) == (275_00, intent)
    assert found["metadata"]["refund"] == refund.reference and served.pay.balances() == {}


def test_a_declined_card_moves_nothing(served: Served, elsewhere: stripe.StripeClient) -> None:
    """Its word of a declined card is shown on the fee page and books nothing."""
    case_id = served.pay.accepted()
    with pytest.raises(stripe.CardError):
        pay(elsewhere, 275_00, served.pay.fees(case_id)[0].reference, "4000000000000341")
    until(lambda: served.pay.fees(case_id)[0].declined_at is not None, "Stripe's event has been applied")
    assert served.pay.rows(Payment) == []


def test_what_localstripe_lacks_is_refused_and_not_guessed(served: Served, elsewhere: stripe.StripeClient) -> None:
    """It has no Checkout Sessions and does not filter its lists as we ask: each is a clear refusal of the gateway,
    never a silent nothing.
    """
    gateway = served.pay.court.ports.payments
    order = CheckoutOrder(
        "c1", "a1", Money(275_00, "CNY"), "Court fee", "en", "http://court.test/done", "http://court.test/back", None
    )
    with pytest.raises(GatewayUnavailable):
        gateway.create_checkout(order)
    with pytest.raises(GatewayRefused):
        list(gateway.events_since(START))
    with pytest.raises(GatewayRefused):
        list(gateway.charges_since(START))
