"""The simulated Stripe, driven by the official library: it answers, refuses and announces as the real one."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from hypothesis import given, strategies as st
from stripe import StripeClient

from odr.ground.clock import FixedClock
from odr.training.stripe_peer.app import Peer, serve
from odr.training.stripe_peer.webhooks import Faults
from odr.training.stripe_peer.wire import PERMISSIONS, decode
from tests.patience import PATIENCE, until
from tests.peers.http import serving

SECRET = "whsec_test"
KEY, READER, MASTER = "rk_test_court", "rk_test_reader", "sk_test_master"


class Hook:
    """A webhook that keeps what the official library accepts, and counts what it does not."""

    def __init__(self) -> None:
        self.events: list[stripe.Event] = []
        self.refused = 0
        self.failing = 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        if self.failing:
            self.failing -= 1
            start_response("503 Service Unavailable", [])
            return [b""]
        try:
            self.events.append(stripe.Webhook.construct_event(body, environ["HTTP_STRIPE_SIGNATURE"], SECRET))
        except stripe.SignatureVerificationError:
            self.refused += 1
            start_response("400 Bad Request", [])
            return [b""]
        start_response("200 OK", [])
        return [b""]

    @property
    def types(self) -> list[str]:
        """Kinds of the events, in the order of arrival."""
        return [event.type for event in self.events]


class Desk:
    """A peer, its address, its webhook, and the official client with the court's key."""

    def __init__(self, peer: Peer, origin: str, hook: Hook) -> None:
        self.peer, self.origin, self.hook = peer, origin, hook
        self.client = self.as_holder_of(KEY)

    def as_holder_of(self, key: str, **settings: Any) -> StripeClient:
        """The official client with another key."""
        return StripeClient(key, base_addresses={"api": self.origin}, max_network_retries=0, **settings)

    def session(self, amount: int = 2500, **more: Any) -> stripe.checkout.Session:
        """An open session for a court fee."""
        line = {
            "price_data": {"currency": "cny", "unit_amount": amount, "product_data": {"name": "Court fee"}},
            "quantity": 1,
        }
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [line],
            "success_url": "http://court.example/paid?s={CHECKOUT_SESSION_ID}",
            **more,
        }
        options = params.pop("options", {})
        return self.client.v1.checkout.sessions.create(params, options)  # type: ignore[arg-type]

    def pay(
        self, session: stripe.checkout.Session, number: str = "4242 4242 4242 4242", method: str = "card"
    ) -> tuple[int, str]:
        """Press the button on the page; gives status and address or page."""
        data = urllib.parse.urlencode({"number": number, "method": method}).encode()
        try:
            with _OPENER.open(urllib.request.Request(f"{self.origin}/c/pay/{session.id}", data)) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Location") or error.read().decode()

    def paid(self, amount: int = 2500, number: str = "4242424242424242", **more: Any) -> stripe.PaymentIntent:
        """A session that was paid; gives its PaymentIntent."""
        session = self.session(amount, **more)
        assert self.pay(session, number)[0] == 303
        intent = self.client.v1.checkout.sessions.retrieve(session.id).payment_intent
        assert isinstance(intent, str)
        return self.client.v1.payment_intents.retrieve(intent)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """Look at the redirect instead of following it."""


_OPENER = urllib.request.build_opener(_Stay)


@pytest.fixture
def hook() -> Hook:
    """The court's side of the events."""
    return Hook()


@pytest.fixture
def peer_clock() -> FixedClock:
    """The peer's clock, at today: the library refuses events older than five minutes."""
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def desk(hook: Hook, peer_clock: FixedClock) -> Iterator[Desk]:
    """A peer over HTTP with a webhook."""
    keys = {KEY: PERMISSIONS, READER: frozenset({"rak_checkout_session_read"}), MASTER: None}
    with serving(hook) as address:
        peer = Peer(keys=keys, webhook=address + "/stripe", webhook_secret=SECRET, now=peer_clock.now)
        with serve(peer) as origin:
            yield Desk(peer, origin, hook)


def test_fee_is_paid_on_the_page_and_announced(desk: Desk) -> None:
    """A session is open and unpaid, its page takes the test card, and the events tell the whole story."""
    session = desk.session(
        metadata={"assessment": "a1"},
        payment_intent_data={"metadata": {"case": "c1"}},
        client_reference_id="a1",
        customer_email="li@example.com",
    )
    assert (session.status, session.payment_status, session.amount_total, session.currency) == (
        "open",
        "unpaid",
        2500,
        "cny",
    )
    assert (
        session.id.startswith("cs_test_")
        and session.url == f"{desk.origin}/c/pay/{session.id}"
        and not session.livemode
    )
    status, address = desk.pay(session)
    assert (status, address) == (303, f"http://court.example/paid?s={session.id}")
    after = desk.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (after.status, after.payment_status, after.to_dict()["metadata"]) == (
        "complete",
        "paid",
        {"assessment": "a1"},
    )
    intent = after.payment_intent
    assert isinstance(intent, stripe.PaymentIntent) and isinstance(intent.latest_charge, stripe.Charge)
    assert (intent.status, intent.amount_received, intent.to_dict()["metadata"]) == ("succeeded", 2500, {"case": "c1"})
    assert intent.latest_charge.paid and intent.latest_charge.payment_intent == intent.id
    assert desk.peer.courier.wait()
    assert desk.hook.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    told: Any = desk.hook.events[-1].data.object
    assert (
        told["id"] == session.id
        and told["payment_status"] == "paid"
        and not any(name.startswith("_") for name in told.to_dict())
    )


@pytest.mark.parametrize(
    ("number", "reason"), [("4000 0000 0000 0002", "generic_decline"), ("4000000000009995", "insufficient_funds")]
)
def test_declined_card_leaves_the_session_open(desk: Desk, number: str, reason: str) -> None:
    """A declined card pays nothing and the same page takes another card afterwards, on the same PaymentIntent."""
    session = desk.session()
    status, page = desk.pay(session, number)
    assert status == 200 and "Nothing was paid" in page
    after = desk.client.v1.checkout.sessions.retrieve(session.id)
    assert (after.status, after.payment_status) == ("open", "unpaid")
    intent = desk.client.v1.payment_intents.retrieve(str(after.payment_intent))
    assert (
        intent.last_payment_error is not None
        and intent.last_payment_error.decline_code == reason
        and intent.amount_received == 0
    )
    assert desk.pay(session)[0] == 303
    assert desk.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
    assert [charge.status for charge in desk.client.v1.charges.list({"payment_intent": intent.id})] == [
        "succeeded",
        "failed",
    ]
    assert desk.peer.courier.wait() and "payment_intent.payment_failed" in desk.hook.types


def test_unknown_number_makes_no_charge(desk: Desk) -> None:
    """A number that is not of the simulation is not charged and not kept."""
    session = desk.session()
    status, page = desk.pay(session, "5555 5555 5555 4444")
    assert status == 200 and "not a number the simulation knows" in page
    assert desk.client.v1.charges.list().data == []


def test_fifty_presses_make_one_charge(desk: Desk) -> None:
    """However many windows pay at once, the payer is charged once and every window arrives."""
    session = desk.session()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: desk.pay(session), range(50)))
    assert {status for status, _ in answers} == {303}
    assert len(desk.client.v1.charges.list().data) == 1


def test_session_expires_by_time_and_by_request(desk: Desk, peer_clock: FixedClock) -> None:
    """A session ends when its time is over or when it is asked to, and nobody pays on it then."""
    now = int(peer_clock.now().timestamp())
    timed, asked = desk.session(expires_at=now + 1800), desk.session()
    assert desk.client.v1.checkout.sessions.expire(asked.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        desk.client.v1.checkout.sessions.expire(asked.id)
    peer_clock.advance(timedelta(minutes=30))
    assert desk.client.v1.checkout.sessions.retrieve(timed.id).status == "expired"
    for session in (timed, asked):
        status, page = desk.pay(session)
        assert status == 200 and "has expired" in page
    assert desk.client.v1.charges.list().data == []
    assert desk.peer.courier.wait() and desk.hook.types == ["checkout.session.expired"] * 2


@pytest.mark.parametrize("seconds", [60, 100_000])
def test_expiry_out_of_bounds_is_refused(desk: Desk, peer_clock: FixedClock, seconds: int) -> None:
    """A session lives at least half an hour and at most a day."""
    with pytest.raises(stripe.InvalidRequestError, match="between 30 minutes and 24 hours"):
        desk.session(expires_at=int(peer_clock.now().timestamp()) + seconds)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"line_items": []}, "line_items"),
        (
            {"line_items": [{"price_data": {"currency": "xyz", "unit_amount": 1, "product_data": {"name": "x"}}}]},
            "line_items[0][price_data][currency]",
        ),
        (
            {"line_items": [{"price_data": {"currency": "cny", "unit_amount": -5, "product_data": {"name": "x"}}}]},
            "line_items[0][price_data][unit_amount]",
        ),
        (
            {
                "line_items": [
                    {"price_data": {"currency": "cny", "unit_amount": "12.50", "product_data": {"name": "x"}}}
                ]
            },
            "line_items[0][price_data][unit_amount]",
        ),
        (
            {
                "line_items": [
                    {"price_data": {"currency": "gbp", "unit_amount": 29, "product_data": {"name": "x"}}, "quantity": 1}
                ]
            },
            "line_items",
        ),
        ({"payment_method_types": ["cash"]}, "payment_method_types"),
        ({"payment_method_types": ["wechat_pay"]}, "payment_method_options[wechat_pay][client]"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]"),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, "metadata"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_faulty_session_is_refused_at_its_parameter(desk: Desk, change: dict[str, Any], param: str) -> None:
    """A parameter that Stripe would refuse is refused and named, and nothing is made."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        desk.session(**change)
    assert refused.value.param == param and refused.value.http_status == 400
    assert desk.client.v1.checkout.sessions.list().data == []


def test_same_key_and_same_request_give_the_same_answer(desk: Desk) -> None:
    """A repeated request under one idempotency key makes one session and repeats the first answer."""
    first, again = (desk.session(options={"idempotency_key": "fee-1"}) for _ in range(2))
    assert first.id == again.id and len(desk.client.v1.checkout.sessions.list().data) == 1
    assert again.last_response is not None and again.last_response.headers["Idempotent-Replayed"] == "true"
    desk.pay(first)
    assert desk.session(options={"idempotency_key": "fee-1"}).status == "open"


def test_same_key_and_other_request_conflict(desk: Desk) -> None:
    """An idempotency key cannot be used for another sum or another kind of request."""
    intent = desk.paid(options={"idempotency_key": "fee-1"})
    with pytest.raises(stripe.IdempotencyError):
        desk.session(9900, options={"idempotency_key": "fee-1"})
    with pytest.raises(stripe.IdempotencyError):
        desk.client.v1.refunds.create({"payment_intent": intent.id}, {"idempotency_key": "fee-1"})
    assert desk.client.v1.refunds.list().data == []


def test_refused_request_leaves_its_key_free(desk: Desk) -> None:
    """A request that failed validation is not remembered: the corrected one may use the same key."""
    with pytest.raises(stripe.InvalidRequestError):
        desk.session(mode="setup", options={"idempotency_key": "fee-1"})
    assert desk.session(options={"idempotency_key": "fee-1"}).status == "open"


def test_fifty_requests_under_one_key_make_one_refund(desk: Desk) -> None:
    """A refund sent fifty times at once under one key is made once."""
    intent = desk.paid()
    with ThreadPoolExecutor(20) as pool:
        made = {
            one.id
            for one in pool.map(
                lambda _: desk.client.v1.refunds.create(
                    {"payment_intent": intent.id, "amount": 500}, {"idempotency_key": "r"}
                ),
                range(50),
            )
        }
    assert len(made) == 1
    assert desk.client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 500


def test_refunds_never_exceed_what_was_paid(desk: Desk) -> None:
    """Parts can be given back until nothing is left; more is refused."""
    intent = desk.paid(2500)
    refunds = desk.client.v1.refunds
    part = refunds.create(
        {"payment_intent": intent.id, "amount": 1000, "reason": "requested_by_customer", "metadata": {"order": "o1"}}
    )
    assert (part.status, part.amount, part.to_dict()["metadata"]) == ("succeeded", 1000, {"order": "o1"})
    with pytest.raises(
        stripe.InvalidRequestError, match=r"\(15\.01\) is greater than unrefunded amount on charge \(15\.00\)"
    ):
        refunds.create({"payment_intent": intent.id, "amount": 1501})
    with pytest.raises(stripe.InvalidRequestError) as zero:
        refunds.create({"payment_intent": intent.id, "amount": 0})
    assert zero.value.param == "amount"
    assert refunds.create({"charge": str(intent.latest_charge)}).amount == 1500
    with pytest.raises(stripe.InvalidRequestError) as again:
        refunds.create({"payment_intent": intent.id})
    assert again.value.code == "charge_already_refunded"
    charge = desk.client.v1.charges.retrieve(str(intent.latest_charge))
    assert charge.refunded and charge.amount_refunded == 2500
    assert [one.amount for one in refunds.list({"payment_intent": intent.id})] == [1500, 1000]
    assert refunds.retrieve(part.id).id == part.id
    assert desk.peer.courier.wait() and desk.hook.types[-4:] == ["refund.created", "charge.refunded"] * 2


def test_unpaid_and_failed_payments_cannot_be_refunded(desk: Desk) -> None:
    """What did not come in does not go out."""
    session = desk.session()
    desk.pay(session, "4000000000000002")
    intent = str(desk.client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    charge = desk.client.v1.charges.list().data[0]
    for params in ({"payment_intent": intent}, {"charge": charge.id}):
        with pytest.raises(stripe.InvalidRequestError):
            desk.client.v1.refunds.create(params)  # type: ignore[arg-type]
    with pytest.raises(stripe.InvalidRequestError) as nothing:
        desk.client.v1.refunds.create({})
    assert nothing.value.code == "parameter_missing"


def test_refund_that_fails_later_gives_the_charge_back(desk: Desk) -> None:
    """A refund can answer well and fail afterwards; the event says so and the money is refundable again."""
    intent = desk.paid(number="4000 0000 0000 5126")
    refund = desk.client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    after = desk.client.v1.refunds.retrieve(refund.id)
    assert (after.status, after.failure_reason) == ("failed", "expired_or_canceled_card")
    assert desk.client.v1.charges.retrieve(str(intent.latest_charge)).amount_refunded == 0
    assert desk.peer.courier.wait() and desk.hook.types[-1] == "refund.failed"


def test_refund_that_pends_succeeds_later(desk: Desk) -> None:
    """A pending refund is not yet done; an event tells when it is."""
    intent = desk.paid(number="4000 0000 0000 7726")
    assert desk.client.v1.refunds.create({"payment_intent": intent.id}).status == "pending"
    assert desk.client.v1.refunds.list({"charge": str(intent.latest_charge)}).data[0].status == "succeeded"
    assert desk.peer.courier.wait() and desk.hook.types[-1] == "refund.updated"


def test_dispute_stops_refunds_and_is_decided(desk: Desk) -> None:
    """A disputed charge is listed, cannot be refunded, and the bank's decision is an event."""
    intent = desk.paid(number="4000000000000259")
    (dispute,) = desk.client.v1.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.status, dispute.reason, dispute.amount, dispute.charge) == (
        "needs_response",
        "fraudulent",
        2500,
        intent.latest_charge,
    )
    with pytest.raises(stripe.InvalidRequestError) as refused:
        desk.client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"
    desk.peer.decide_dispute(dispute.id, won=False)
    assert desk.client.v1.disputes.retrieve(dispute.id).status == "lost"
    assert desk.peer.courier.wait() and desk.hook.types[-2:] == ["charge.dispute.created", "charge.dispute.closed"]


def test_later_dispute_can_be_raised_by_hand(desk: Desk) -> None:
    """A trainer can let a payer contest any charge, once."""
    charge = str(desk.paid().latest_charge)
    assert desk.peer.dispute(charge, "product_not_received")["charge"] == charge
    with pytest.raises(Exception, match="cannot be disputed"):
        desk.peer.dispute(charge)


def test_lists_are_paged_newest_first(desk: Desk, peer_clock: FixedClock) -> None:
    """Every list comes in pages, newest first, with cursors both ways and bounds on time."""
    made = []
    for _ in range(7):
        made.append(desk.session().id)
        peer_clock.advance(timedelta(seconds=10))
    sessions = desk.client.v1.checkout.sessions
    first = sessions.list({"limit": 3})
    assert [one.id for one in first.data] == made[:3:-1] and first.has_more
    assert [one.id for one in sessions.list({"limit": 3}).auto_paging_iter()] == made[::-1]
    assert [one.id for one in sessions.list({"limit": 2, "ending_before": made[2]}).data] == [made[4], made[3]]
    start = int(peer_clock.now().timestamp()) - 30
    assert len(sessions.list({"created": {"gte": start}}).data) == 3
    assert len(sessions.list({"created": {"lt": start}}).data) == 4
    assert len(sessions.list({"status": "complete"}).data) == 0
    for bad in ({"limit": 101}, {"limit": 0}, {"starting_after": "cs_test_none"}, {"colour": "red"}):
        with pytest.raises(stripe.InvalidRequestError):
            sessions.list(bad)  # type: ignore[arg-type]


def test_events_can_be_listed_by_kind_and_by_delivery(desk: Desk) -> None:
    """What the webhook missed can be found in the list of events and asked for again."""
    desk.peer.faults = Faults(drop=True)
    desk.paid()
    assert desk.hook.events == []
    missed = desk.client.v1.events.list(
        {"delivery_success": False, "types": ["checkout.session.completed", "charge.succeeded"]}
    ).data
    assert [event.type for event in missed] == ["checkout.session.completed", "charge.succeeded"]
    assert len(desk.client.v1.events.list({"type": "payment_intent.succeeded"}).data) == 1
    desk.peer.faults = Faults()
    desk.peer.resend(missed[0].id)
    assert desk.peer.courier.wait() and [event.id for event in desk.hook.events] == [missed[0].id]
    assert [event.id for event in desk.client.v1.events.list({"delivery_success": True}).data] == [missed[0].id]
    assert desk.client.v1.events.retrieve(missed[1].id).data.object["object"] == "charge"


def test_duplicated_events_are_the_same_event(desk: Desk) -> None:
    """A duplicate has the id of the first."""
    desk.peer.faults = Faults(duplicate=2)
    desk.paid()
    assert desk.peer.courier.wait()
    assert len(desk.hook.events) == 12 and len({event.id for event in desk.hook.events}) == 4


def test_reordered_events_come_newest_first(desk: Desk) -> None:
    """With the switch on, the completed session is told before its charge."""
    desk.peer.faults = Faults(reorder=4)
    desk.paid()
    assert desk.peer.courier.wait()
    assert desk.hook.types == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


def test_delayed_events_come_after_the_answer(desk: Desk) -> None:
    """With the switch on, the payer is back before any event is."""
    desk.peer.faults = Faults(delay=0.15)
    desk.paid()
    assert desk.hook.events == [] and desk.peer.courier.wait() and len(desk.hook.events) == 4


@pytest.mark.parametrize(("faults", "accepted", "refused"), [(Faults(forge=True), 4, 4), (Faults(stale=True), 0, 4)])
def test_forged_and_stale_events_do_not_pass_the_library(
    desk: Desk, faults: Faults, accepted: int, refused: int
) -> None:
    """A forged signature or one of an hour ago is refused by the official library, the true event is not."""
    desk.peer.faults = faults
    desk.paid()
    assert desk.peer.courier.wait()
    assert (len(desk.hook.events), desk.hook.refused) == (accepted, refused)
    assert all(event.to_dict()["data"]["object"].get("amount", 2500) == 2500 for event in desk.hook.events)


def test_event_is_tried_again_until_it_is_taken(desk: Desk) -> None:
    """A webhook that is down for a moment gets the event later, and the order is kept."""
    desk.hook.failing = 2
    desk.paid()
    assert desk.peer.courier.wait() and desk.hook.types[0] == "payment_intent.created" and len(desk.hook.events) == 4


def test_keys_open_what_they_may(desk: Desk) -> None:
    """No key, a wrong key and a restricted key without the permission are refused, each in its way; a secret key may
    all.
    """
    session = desk.session()
    with pytest.raises(stripe.AuthenticationError):
        desk.as_holder_of("sk_test_unknown").v1.checkout.sessions.list()
    reader = desk.as_holder_of(READER)
    assert reader.v1.checkout.sessions.retrieve(session.id).id == session.id
    for forbidden in (
        lambda: reader.v1.charges.list(),
        lambda: reader.v1.checkout.sessions.expire(session.id),
        lambda: reader.v1.refunds.create({"charge": "ch_x"}),
    ):
        with pytest.raises(stripe.PermissionError, match="permission would allow"):
            forbidden()
    assert desk.as_holder_of(MASTER).v1.charges.list().data == []
    with pytest.raises(urllib.error.HTTPError) as without:
        urllib.request.urlopen(desk.origin + "/v1/charges")
    with without.value:
        assert without.value.code == 401


def test_replay_needs_the_permission_too(desk: Desk) -> None:
    """Knowing an idempotency key does not let a weaker key read the answer."""
    desk.session(options={"idempotency_key": "fee-1"})
    with pytest.raises(stripe.PermissionError):
        desk.as_holder_of(READER).v1.checkout.sessions.create({"mode": "payment"}, {"idempotency_key": "fee-1"})


def test_version_is_checked_and_repeated(desk: Desk) -> None:
    """The API version the client pins comes back; one that cannot be is refused."""
    listed = desk.as_holder_of(KEY, stripe_version="2025-03-31.basil").v1.charges.list()
    assert listed.last_response is not None and listed.last_response.headers["Stripe-Version"] == "2025-03-31.basil"
    with pytest.raises(stripe.InvalidRequestError, match="Invalid Stripe API version"):
        desk.as_holder_of(KEY, stripe_version="yesterday").v1.charges.list()


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    """Unknown ids, ids of another kind and unknown addresses are 404."""
    session = desk.session()
    for lookup in (
        lambda: desk.client.v1.charges.retrieve("ch_none"),
        lambda: desk.client.v1.charges.retrieve(session.id),
        lambda: desk.client.v1.checkout.sessions.expire("cs_test_x"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as missing:
            lookup()
        assert missing.value.http_status == 404 and missing.value.code == "resource_missing"
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        desk.as_holder_of(MASTER).v1.customers.list()


def test_line_items_can_be_read(desk: Desk) -> None:
    """What a session was for is listed line by line."""
    assert [line.description for line in desk.client.v1.checkout.sessions.line_items.list(desk.session().id)] == [
        "Court fee"
    ]


def page(address: str, language: str = "en") -> tuple[str, Any]:
    """A page and its headers."""
    with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept-Language": language})) as answer:
        return answer.read().decode(), answer.headers


@pytest.mark.parametrize(
    ("locale", "language", "sentence", "amount"),
    [
        ("zh", "en", "这是模拟付款", "25.00元"),
        ("auto", "zh-CN,zh;q=0.9", "不会发生真实扣款", "25.00元"),
        ("en", "zh-CN", "This is a simulation", "CNY\u00a025.00"),
        (None, "de", "No money moves", "CNY\u00a025.00"),
    ],
)
def test_page_says_that_it_is_a_simulation_in_both_languages(
    desk: Desk, locale: str | None, language: str, sentence: str, amount: str
) -> None:
    """The page speaks the session's language, else the browser's, and says that no money moves."""
    session = desk.session(**({"locale": locale} if locale else {}))
    body, headers = page(str(session.url), language)
    assert sentence in body and amount in body and "4242 4242 4242 4242" in body
    assert "<script" not in body and "style=" not in body
    policy = headers["Content-Security-Policy"]
    assert (
        policy.startswith("default-src 'none'; style-src 'self'")
        and "form-action 'self' http://court.example;" in policy
        and "unsafe" not in policy
    )


def test_words_of_the_shop_are_only_words_on_the_page(desk: Desk) -> None:
    """A description with markup in it is shown as it is written."""
    line = {
        "price_data": {"currency": "cny", "unit_amount": 100, "product_data": {"name": '<script>alert(1)</script>"'}},
        "quantity": 1,
    }
    body, _ = page(str(desk.session(line_items=[line], cancel_url='http://court.example/?"><b>').url))
    assert "&lt;script&gt;" in body and "<script" not in body and "<b>" not in body


def test_paid_page_says_so(desk: Desk) -> None:
    """Who comes back to a paid page learns that it was paid once and finds the way to the court."""
    session = desk.session(locale="zh")
    desk.pay(session)
    body, _ = page(f"{desk.origin}/c/pay/{session.id}")
    assert "只扣款一次" in body and f"http://court.example/paid?s={session.id}" in body


def test_wallets_pay_when_the_session_has_them(desk: Desk) -> None:
    """Alipay and WeChat Pay can be pressed where the session offers them, and not elsewhere."""
    offered = desk.session(
        payment_method_types=["card", "alipay", "wechat_pay"], payment_method_options={"wechat_pay": {"client": "web"}}
    )
    assert "Alipay" in page(str(offered.url))[0]
    assert desk.pay(offered, "", "alipay")[0] == 303
    assert desk.client.v1.charges.list().data[0].payment_method_details.type == "alipay"  # type: ignore[union-attr]
    assert desk.pay(desk.session(), "", "alipay")[0] == 400


def test_unknown_pages_are_not_found(desk: Desk) -> None:
    """An address nobody was given shows nothing."""
    for path in ("/c/pay/cs_test_unknown", "/c/pay/", "/"):
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(desk.origin + path)
        with missing.value:
            assert missing.value.code == 404


def test_state_survives_a_restart(tmp_path: Path, hook: Hook) -> None:
    """Sessions, answers under keys and events not yet taken are there after a restart, for the owner's eyes only what
    the process keeps.
    """
    state = tmp_path / "stripe.json"
    first = Peer(keys={KEY: PERMISSIONS}, webhook="http://127.0.0.1:9/closed", webhook_secret=SECRET, state=state)
    with serve(first) as origin:
        desk = Desk(first, origin, hook)
        intent = desk.paid(options={"idempotency_key": "fee-1"})
        session = desk.client.v1.checkout.sessions.list().data[0]
    assert json.loads(state.read_text())["objects"]
    with serving(hook) as address:
        second = Peer(keys={KEY: PERMISSIONS}, webhook=address, webhook_secret=SECRET, state=state)
        with serve(second) as origin:
            again = Desk(second, origin, hook)
            assert again.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
            assert again.session(options={"idempotency_key": "fee-1"}).id == session.id
            assert second.courier.wait() and hook.types[-1] == "checkout.session.completed" and len(hook.events) == 4


@pytest.mark.slow
def test_peer_runs_as_a_process(tmp_path: Path, hook: Hook, unused_port: int) -> None:
    """Beside a training court the peer is a process with the court's key and secret, and it stops when told."""
    with serving(hook) as address:
        command = [
            sys.executable,
            "-m",
            "odr.training.stripe_peer",
            "--port",
            str(unused_port),
            "--webhook",
            address,
            "--state",
            str(tmp_path / "s.json"),
        ]
        process = subprocess.Popen(
            command,
            env={"ODR_STRIPE_API_KEY": KEY, "ODR_STRIPE_WEBHOOK_SECRET": SECRET, "PATH": ""},
            cwd=Path(__file__).resolve().parents[2],
        )
        try:
            origin = f"http://127.0.0.1:{unused_port}"
            until(lambda: _answers(origin), "the service answers")
            Desk(None, origin, hook).paid()  # type: ignore[arg-type]
            until(lambda: len(hook.events) == 4, "four events have come")
        finally:
            process.terminate()
        assert process.wait(PATIENCE) == 0


@pytest.fixture
def unused_port() -> int:
    """A port nobody listens on just now."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_JSON = st.recursive(
    st.text("abc[]&=%+ 中", max_size=6),
    lambda inner: st.dictionaries(st.text("abcxyz_", min_size=1, max_size=4), inner, min_size=1, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text("abcxyz_", min_size=1, max_size=4), _JSON, max_size=4))
def test_form_fields_come_apart_as_they_were_put_together(params: dict[str, Any]) -> None:
    """Nested fields, flattened as the official library flattens them, decode to the same nesting."""

    def flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key, item in value.items():
                yield from flat(f"{prefix}[{key}]" if prefix else key, item)
        else:
            yield prefix, value

    assert decode(urllib.parse.urlencode(list(flat("", params)))) == params


def _answers(origin: str) -> bool:
    try:
        page(origin + "/simulation.css")
    except OSError:
        return False
    return True
