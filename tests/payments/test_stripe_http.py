"""The whole way over HTTP: page, Stripe's page, event, books; and every way in which events go wrong."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import requests
from sqlalchemy import func, select

from odr.ground.text import Money
from odr.payments.models import AssessmentState, CheckoutSession, CheckoutState, Payment, ReconcileRun, StripeEvent
from odr.payments.ports import open_gateway
from odr.payments.stripe.checkout import payment_page
from odr.payments.stripe.gateway import CheckoutOrder, GatewayRefused
from odr.payments.stripe.reconciliation import REACH, reconcile
from odr.training.stripe_peer.webhooks import Faults
from tests.patience import PATIENCE, until
from tests.payments.conftest import BASE, ON_BOTH, Served, pay_page
from tests.payments.test_paydesk import HEAD, take


def is_paid(served: Served, case_id: int) -> bool:
    """Whether the court counts the fee as paid."""
    return served.pay.fees(case_id)[-1].state is AssessmentState.PAID


def page(served: Served, case_id: int, suffix: str = "", name: str = "li") -> str:
    """What somebody sees on the fee page."""
    answer = served.sign_in(name).get(f"/cases/{served.reference(case_id)}/fee{suffix}", base_url=BASE)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_a_fee_is_paid_online(served: Served) -> None:
    """From the fee page to Stripe's page and back: the fee is paid when the event says so, and the page shows it."""
    case_id = served.pay.accepted()
    assert "275.00" in page(served, case_id)
    url = served.start_paying(case_id)
    assert pay_page(url).status_code == 303
    until(lambda: is_paid(served, case_id), "Stripe's event has been applied")
    assert served.pay.balances() == {"clearing": 275_00, "deferred": -275_00}
    assert "has confirmed your payment" in page(served, case_id, "/return")


def test_a_sitting_court_answers_first_and_applies_a_moment_later(served: Served) -> None:
    """Outside tests the event is stored and answered; the thread beside the requests then credits the fee, without any
    round of the worker.
    """
    court = served.pay.court
    court.settings = court.settings.model_copy(update={"sequencing": "background"})
    case_id = served.pay.accepted()
    assert pay_page(served.start_paying(case_id)).status_code == 303
    until(lambda: is_paid(served, case_id), "Stripe's event has been applied")
    assert served.pay.balances() == {"clearing": 275_00, "deferred": -275_00}
    until(
        lambda: all(e.applied_at is not None for e in served.pay.rows(StripeEvent)), "Stripe's event has been applied"
    )
    assert len(served.pay.rows(Payment)) == 1 and court.settle()


def test_coming_back_changes_nothing(served: Served) -> None:
    """The return page of an unpaid visit says that the event is awaited, and the fee stays due."""
    case_id = served.pay.accepted()
    served.start_paying(case_id)
    assert "counts as paid when the payment service confirms" in page(
        served, case_id, "/return?session_id=cs_test_made_up"
    )
    assert not is_paid(served, case_id)
    assert "Nothing was paid" in page(served, case_id, "/back")


def test_a_declined_card_can_be_tried_again(served: Served) -> None:
    """After a decline the same page takes another card; one charge results."""
    case_id = served.pay.accepted()
    url = served.start_paying(case_id)
    assert pay_page(url, "4000 0000 0000 0002").status_code == 200
    until(lambda: served.pay.fees(case_id)[-1].declined_at is not None, "Stripe's event has been applied")
    assert "declined" in page(served, case_id)
    assert served.start_paying(case_id) == url
    pay_page(url)
    until(lambda: is_paid(served, case_id), "Stripe's event has been applied")
    assert len(served.pay.rows(Payment)) == 1


def test_only_the_payer_can_go_to_pay(served: Served) -> None:
    """The other side cannot open a payment page for a fee that is not hers, and a stranger does not find the case."""
    case_id = served.pay.accepted()
    path = f"/cases/{served.reference(case_id)}/fee"
    served.form_page = path
    assert (
        served.post(served.sign_in("shop"), f"{path}/pay", assessment=served.pay.fees(case_id)[0].reference).status_code
        == 404
    )
    served.pay.account("stranger")
    assert served.sign_in("stranger").get(path, base_url=BASE).status_code == 404
    assert served.pay.rows(CheckoutSession) == []


def test_a_forged_event_is_refused_and_kept_nowhere(served: Served) -> None:
    """An event under another secret, an old one and an unsigned one are refused with nothing stored."""
    case_id = served.pay.accepted()
    served.peer.faults = Faults(drop=True)
    pay_page(served.start_paying(case_id))
    event = next(e for e in served.events() if e["type"] == "payment_intent.succeeded")
    assert served.deliver(event, secret="whsec_of_somebody_else") == 400
    assert served.deliver(event, at=int(time.time()) - 3600) == 400
    assert served.app.test_client().post("/payments/stripe", data=b"{}", base_url=BASE).status_code == 400
    assert served.pay.rows(StripeEvent) == [] and not is_paid(served, case_id)
    assert served.deliver(event) == 200 and is_paid(served, case_id)


@pytest.mark.parametrize(
    "faults",
    [Faults(duplicate=2), Faults(reorder=4), Faults(forge=True), Faults(delay=0.2)],
    ids=["twice", "reordered", "forged", "late"],
)
def test_faults_on_the_way_change_nothing(served: Served, faults: Faults) -> None:
    """Events that come twice, in another order, late or beside forged ones credit the fee once."""
    case_id = served.pay.accepted()
    served.peer.faults = faults
    pay_page(served.start_paying(case_id))
    until(lambda: is_paid(served, case_id), "Stripe's event has been applied")
    assert served.peer.courier.wait()
    assert served.pay.balances() == {"clearing": 275_00, "deferred": -275_00}
    assert len(served.pay.rows(Payment)) == 1


def test_dropped_events_are_asked_for(served: Served) -> None:
    """When no event comes, reconciliation asks Stripe, credits the fee once and then finds no difference."""
    case_id = served.pay.accepted()
    served.peer.faults = Faults(drop=True)
    pay_page(served.start_paying(case_id))
    assert not is_paid(served, case_id)
    reconcile(served.pay.court)
    assert is_paid(served, case_id)
    reconcile(served.pay.court)
    assert served.pay.balances() == {"clearing": 275_00, "deferred": -275_00}
    assert [run.differences for run in served.pay.rows(ReconcileRun)] == [[], []]


@ON_BOTH
def test_fifty_threads_make_one_charge(served: Served) -> None:
    """Fifty presses of the button at once lead to one page, and paying it many times charges once."""
    case_id = served.pay.accepted()
    assessment, urls, faults = served.pay.fees(case_id)[0].reference, [], []

    def press() -> None:
        try:
            urls.append(payment_page(served.pay.court, assessment, locale="en"))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=press) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and len(urls) == 50 and len(set(urls)) == 1
    payers = [threading.Thread(target=pay_page, args=(urls[0],)) for _ in range(8)]
    for thread in payers:
        thread.start()
    for thread in payers:
        thread.join()
    until(lambda: is_paid(served, case_id), "Stripe's event has been applied")
    assert served.peer.courier.wait()
    assert len(served.pay.rows(Payment)) == 1
    with served.pay.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CheckoutSession)) == 1
    charges = list(served.pay.court.ports.payments.charges_since(served.pay.clock.now().replace(year=2000)))
    assert [c["status"] for c in charges if c["status"] == "succeeded"] == ["succeeded"]


def test_stripe_down_loses_nothing(served: Served) -> None:
    """When Stripe cannot be reached the payer is told so and may pay later on the same page."""
    case_id = served.pay.accepted()
    gateway = served.pay.court.ports.payments
    from odr.payments.stripe.gateway import GatewayUnavailable, StripeGateway

    served.pay.court.ports.payments = StripeGateway("rk_test_court", "x", api_base="http://127.0.0.1:9", retries=0)
    with pytest.raises(GatewayUnavailable):
        payment_page(served.pay.court, served.pay.fees(case_id)[0].reference, locale="en")
    served.pay.court.ports.payments = gateway
    url = payment_page(served.pay.court, served.pay.fees(case_id)[0].reference, locale="en")
    assert requests.get(url, timeout=PATIENCE).status_code == 200
    assert len(served.pay.rows(CheckoutSession)) == 1


def test_a_charge_nobody_credited_stays_on_the_desk(served: Served) -> None:
    """Money for a fee that is not ours is seen once and stands there hours later too, when the comparison looks no further
    back, until it is credited or Stripe keeps nothing of it any more; a page Stripe does not know stops no comparison.
    """
    gateway = served.pay.court.ports.payments
    order = CheckoutOrder("lost", "nobody", Money(275_00, "CNY"), "Court fee", "en", BASE, BASE, None)
    pay_page(str(gateway.create_checkout(order)["url"]))
    case_id = served.pay.accepted()
    served.start_paying(case_id)
    with served.pay.court.database.write() as session:
        session.get_one(CheckoutSession, served.pay.rows(CheckoutSession)[0].id).stripe_id = "cs_of_another_key"
    for _ in range(4):
        served.pay.clock.advance(timedelta(hours=5))
        run = reconcile(served.pay.court)
        assert [(d["what"], d["theirs"]) for d in run.differences] == [("not_credited", 275_00)]
    served.pay.clock.advance(REACH)
    assert reconcile(served.pay.court).differences == []


def test_what_stripe_refused_is_asked_anew_as_things_stand_then(served: Served) -> None:
    """Whatever was wrong with what was asked, an e-mail address above all, is not asked again and again: once it is mended, there is a
    page. A key that was taken back says nothing of it, and the same is asked with the next.
    """
    court, case_id = served.pay.court, served.pay.accepted()
    fee, right = served.pay.fees(case_id)[0].reference, court.ports.payments
    wrong = [
        court.settings.model_copy(update=each)
        for each in ({"stripe_methods": "none"}, {"stripe_api_key": "rk_of_before"})
    ]
    for settings in wrong:
        court.ports.payments = open_gateway(settings)
        with pytest.raises(GatewayRefused):
            payment_page(court, fee, locale="en", email="li@of-before.example")
    court.ports.payments = right
    assert payment_page(court, fee, locale="en", email="li@example.com")
    first, second = served.pay.rows(CheckoutSession)
    assert (first.state, first.stripe_id) == (CheckoutState.EXPIRED, None)
    # The second was asked for while the key was of before, and is the very same order.
    assert (second.state, second.email) == (CheckoutState.OPEN, "li@of-before.example")


def test_a_page_asks_for_what_is_owed_now(served: Served) -> None:
    """A part came by bank transfer while the page stood open: whoever comes back to pay is asked for the rest alone, and
    cannot pay the whole on the page of before.
    """
    case_id = served.pay.accepted()
    before = served.start_paying(case_id)
    code = served.pay.fees(case_id)[0].transfer_code
    take(served.pay, f"{HEAD}2026-03-05,100.00,Li Wei,{code}\n")
    pay_page(served.start_paying(case_id))
    until(lambda: is_paid(served, case_id), "Stripe's event has been applied")
    pay_page(before)
    assert served.peer.courier.wait()
    assert served.pay.balances() == {"bank": 100_00, "clearing": 175_00, "deferred": -275_00}
