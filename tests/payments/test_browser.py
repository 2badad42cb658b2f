"""Paying in a real browser: accepted, declined, abandoned, paid later and refunded; wide and narrow, both languages,
with and without script.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Outcome
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.payments.models import FeeAssessment, Payment, Refund, RefundState
from odr.training.stripe_peer.app import Peer, serve as serve_stripe
from odr.training.stripe_peer.wire import PERMISSIONS
from tests.entering import let_in
from tests.patience import until
from tests.payments.conftest import KEY, SECRET
from tests.peers.browser import DESK, PHONE, OpenContext
from tests.peers.http import serving
from tests.scene import Scene, claim, open_court
from tests.sound import fits_each_width, is_sound, is_sound_to_both

GOOD, BAD = "4242 4242 4242 4242", "4000 0000 0000 0002"


@dataclass
class Till:
    """A court in which a fee is due, served beside Stripe's peer."""

    scene: Scene
    peer: Peer
    origin: str

    def enter(self, context: BrowserContext, name: str, locale: str) -> Page:
        """Somebody signed in, second factor and all, who reads ``locale``."""
        let_in(self.scene.court, self.scene.people[name], context, self.origin, locale)
        return context.new_page()

    @property
    def fee(self) -> str:
        """Address of the fee page."""
        return f"{self.origin}/cases/{self.scene.case().reference}/fee"


@pytest.fixture
def till(sqlite_url: str, tmp_path: Path) -> Iterator[Till]:
    """A claim over 30,000 accepted in ordinary procedure: 550 are due."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    peer = Peer(keys={KEY: PERMISSIONS}, webhook_secret=SECRET)
    database, clock = Database(sqlite_url, synchronous="OFF"), FixedClock(datetime.now(UTC).replace(microsecond=0))
    with serve_stripe(peer) as stripe_url:
        settings = {
            "stripe_api_key": KEY,
            "stripe_webhook_secret": SECRET,
            "stripe_api_base": stripe_url,
            "stripe_methods": "card,alipay",
            "base_url": origin,
        }
        scene = open_court(database, clock, tmp_path / "court", **settings)
        scene.lodge(claim(relief=[{"kind": "money", "what": "The price back", "amount": "30,000.00"}]))
        scene.accept("ordinary")
        peer.send_events_to(f"{origin}/payments/stripe")
        with serving(create_app(court=scene.court), port=port):
            yield Till(scene, peer, origin)
    database.dispose()


def picture(page: Page, name: str) -> None:
    """A picture is kept where PICTURES says."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def look(page: Page, name: str) -> None:
    """Sound to who reads English at a desk and to who reads Chinese on a phone."""
    picture(page, name)
    is_sound_to_both(page)


def on_stripes_page(page: Page, till: Till) -> None:
    """From the fee page to Stripe's."""
    page.goto(till.fee)
    page.locator("form[action$='/fee/pay'] button").click()
    expect(page.locator(".simulation")).to_be_visible()


def type_card(page: Page, number: str) -> None:
    """A card number on Stripe's page."""
    page.locator("#number").fill(number)
    page.locator("button[value=card]").click()


WORDS = {
    "en": {
        "nothing": "Nothing was paid.",
        "declined": "declined",
        "back": "Go back without paying",
        "paid": "confirmed your payment",
        "sum": "550.00",
        "returns": "goes back",
        "why": "How this refund was found",
        "halved": "Halved: withdrawn.",
    },
    "zh-Hans": {
        "nothing": "未发生付款",
        "declined": "拒",
        "back": "返回",
        "paid": "已确认",
        "sum": "550.00元",
        "returns": "退还",
        "why": "退费如何计算",
        "halved": "减半：",
    },
}


@pytest.mark.parametrize(
    ("locale", "width", "javascript"),
    [("en", DESK, True), ("zh-Hans", PHONE, True), ("zh-Hans", PHONE, False)],
)
def test_a_fee_is_declined_abandoned_paid_later_and_refunded(
    till: Till, open_context: OpenContext, locale: str, width: int, javascript: bool
) -> None:
    """A declined card and a way back cost nothing; the same fee is paid later, once; withdrawn, half of it is shown
    going back and then back (FEE 15, 22).
    """
    words, name = WORDS[locale], f"{locale}-{width}-{'js' if javascript else 'plain'}"
    page = till.enter(
        open_context(till.origin, width=width, javascript=javascript, locale="zh-CN" if locale == "zh-Hans" else "en"),
        "li",
        locale,
    )
    on_stripes_page(page, till)
    assert words["sum"] in page.locator(".sum").inner_text().replace("\u00a0", " ")
    type_card(page, BAD)
    expect(page.get_by_role("alert")).to_contain_text(words["declined"])
    see(page, javascript, f"declined-{name}")
    page.get_by_role("link").filter(has_text=re.compile(words["back"])).first.click()
    expect(page.locator("main .govuk-inset-text")).to_contain_text(words["nothing"])
    see(page, javascript, f"abandoned-{name}")
    till.scene.clock.advance(timedelta(minutes=2))
    on_stripes_page(page, till)
    type_card(page, GOOD)
    page.wait_for_url(re.compile(r"/fee/return"))
    assert till.peer.courier.wait()
    page.reload()
    expect(page.locator("main .govuk-inset-text")).to_contain_text(words["paid"])
    see(page, javascript, f"paid-{name}")
    assert page.locator("form[action$='/fee/pay']").count() == 0, "a paid fee is not asked for again"
    withdrawn_and_refunded(till)
    page.goto(till.fee)
    expect(page.locator("main")).to_contain_text(words["returns"])
    page.locator("details", has_text=words["why"]).last.locator("summary").click()
    expect(page.locator("main")).to_contain_text(words["halved"])
    see(page, javascript, f"refunded-{name}")


def see(page: Page, javascript: bool, name: str) -> None:
    """Nothing scrolls sideways at either width; axe finds nothing where it can run."""
    picture(page, name)
    fits_each_width(page)
    if javascript:
        is_sound(page)


def withdrawn_and_refunded(till: Till) -> None:
    """The claim is withdrawn by leave, the cashier approves, the worker sends, Stripe confirms."""
    from odr.filing.models import Request
    from odr.payments.books.paydesk import cashier
    from odr.payments.refund.acts import ApproveRefundInput

    scene = till.scene
    scene.do("withdraw_claim", "li")
    with scene.court.database.read() as session:
        request = session.scalars(select(Request.reference).where(Request.case_id == scene.case_id)).one()
    scene.do("rule_on_withdrawal", "judge", answer="allow", reasons="No objection.", request=request)
    assert scene.case().outcome is Outcome.WITHDRAWN
    refund = refund_of(scene)
    assert refund.amount_minor == 275_00
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(type(scene.case()), scene.case_id)
        actor = cashier(sitting.session, case, scene.people["cashier"], "Cashier", sitting.now, sitting.now)
        sitting.perform("approve_refund", case, ApproveRefundInput(refund=refund.reference), actor=actor)
    scene.court.hooks.sweeps["refunds"](scene.court)
    until(lambda: refund_of(scene).state is RefundState.PAID, "Stripe's event has been applied")


def refund_of(scene: Scene) -> Refund:
    """The case's one refund."""
    with scene.court.database.read() as session:
        return session.scalars(select(Refund).where(Refund.case_id == scene.case_id)).one()


def test_fee_pages_are_accessible_and_fit(till: Till, open_context: OpenContext) -> None:
    """Simulator with its answer and with a fault, fee page, the cashier's desk and books: axe finds nothing and nothing
    scrolls sideways.
    """
    page = till.enter(open_context(till.origin), "li", "en")
    for name, path in (
        ("answer", "/fees?cause=online_shopping&amount=3万&track=simple"),
        ("fault", "/fees?cause=online_shopping&amount=1.234,5&track=simple"),
    ):
        page.goto(till.origin + path)
        look(page, f"simulator-{name}")
    page.goto(till.fee)
    look(page, "fee")
    staff = till.enter(open_context(till.origin), "cashier", "en")
    fill_the_desk(staff, till)
    for name in ("desk", "desk/books"):
        staff.goto(f"{till.origin}/payments/{name}")
        look(staff, name.replace("/", "-"))


def fill_the_desk(page: Page, till: Till) -> None:
    """What a cashier's day leaves: a transfer nobody can place, money beyond a fee taken at the counter, a comparison
    with Stripe, a day closed.
    """
    with till.scene.court.database.read() as session:
        code = session.scalars(select(FeeAssessment)).one().transfer_code
    page.goto(f"{till.origin}/payments/desk")
    lines = "date,amount,payer,purpose\n2026-03-05,275.00,Wang Li,thanks\n"
    page.locator("#statement").set_input_files({"name": "bank.csv", "mimeType": "text/csv", "buffer": lines.encode()})
    page.locator("form[action$='/statement'] button").click()
    for name, value in (("code", code), ("amount", "600"), ("slip", "7")):
        page.locator(f"form[action$='/counter'] #{name}").fill(value)
    page.locator("form[action$='/counter'] button").click()
    page.locator("form[action$='/reconcile'] button").click()
    expect(page.locator("main")).to_contain_text("Wang Li")
    assert page.locator("form[action$='/approve']").count() == page.locator("form[action$='/match']").count() == 1
    page.goto(f"{till.origin}/payments/desk/books")
    page.locator("form[action$='/books/close'] button").click()
    expect(page.locator("a[href$='.pdf']")).to_be_visible()


def test_clicking_pay_twice_at_once_leads_to_one_page(till: Till, open_context: OpenContext) -> None:
    """Two windows of one payer come to the same payment page, and one charge results."""
    first, second = (till.enter(open_context(till.origin), "li", "en") for _ in range(2))
    on_stripes_page(first, till)
    on_stripes_page(second, till)
    assert first.url == second.url
    type_card(first, GOOD)
    first.wait_for_url(re.compile(r"/fee/return"))
    type_card(second, GOOD)
    expect(second.locator("main .govuk-inset-text")).to_be_visible()
    assert till.peer.courier.wait()
    with till.scene.court.database.read() as session:
        assert [row.amount_minor for row in session.scalars(select(Payment))] == [550_00]
