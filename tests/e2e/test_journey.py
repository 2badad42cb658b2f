"""A person files, a clerk accepts, a judge looks: in a real browser, in both languages, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
from playwright.sync_api import Page

from odr.app import create_app
from odr.docket.models import Stage
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.keys import keyring
from tests.peers.browser import PHONE, OpenContext, answered
from tests.scene import PASSWORD, Scene
from tests.sound import is_sound_to_both

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

GO_ON = "main form button.govuk-button:not(.govuk-button--secondary)"
"""What goes on, and not a button beside a field that one may speak into."""


def sign_in(page: Page, scene: Scene, who: str) -> None:
    """Sign in by password, and by code where the person serves the court."""
    page.goto("/account/sign-in")
    page.fill("input[type=email]", f"{who}@court.example")
    page.fill("input[type=password]", PASSWORD)
    with answered(page):
        page.click(GO_ON)
    if "/code" in page.url:
        page.fill("main input[type=text]", pyotp.TOTP(SECRET).at(scene.clock.machine_now()))
        with answered(page):
            page.click(GO_ON)


def give_second_factor(scene: Scene, *people: str) -> None:
    """An authenticator app for who serves the court."""
    with scene.court.database.write() as session:
        for who in people:
            session.get_one(Account, scene.people[who]).totp_secret = one_time_codes.seal_secret(
                keyring(scene.court.settings.secret_key), SECRET
            )


def test_a_claim_is_filed_and_accepted(
    small_scene: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """From the start page to the accepted case: each page is sound in English at a desk and in Chinese on a phone;
    without a script test_dispute files.
    """
    scene = small_scene
    give_second_factor(scene, "clerk")
    origin = serve(create_app(court=scene.court))
    page = open_context(origin).new_page()
    page.goto("/")
    is_sound_to_both(page)
    sign_in(page, scene, "li")
    page.goto("/start")
    page.check("input[name=cause] >> nth=0")
    with answered(page):
        page.click(GO_ON)
    draft = page.url.removesuffix("/matter")
    for step, filled in STEPS:
        page.goto(f"{draft}/{step}")
        is_sound_to_both(page)
        for field, value in filled.items():
            if value is True:
                page.check(f"#{field}")
            else:
                page.fill(f"#{field}", str(value))
        with answered(page):
            page.click("button[name=continue]")
    page.goto(f"{draft}/check-answers")
    is_sound_to_both(page)
    with answered(page):
        page.click(GO_ON)
    assert "/docket/1" in page.url
    is_sound_to_both(page)
    reference = page.url.split("/cases/")[1].split("/")[0]
    page.goto(f"/cases/{reference}")
    is_sound_to_both(page)
    clerk = open_context(origin).new_page()
    sign_in(clerk, scene, "clerk")
    clerk.goto(f"/cases/{reference}/do/accept_claim")
    clerk.check("input[name=track][value=small_claims]")
    clerk.click(GO_ON)
    scene.case_id = 1
    assert scene.case().stage is Stage.PENDING


STEPS: list[tuple[str, dict[str, object]]] = [
    ("matter", {"shop": "海云海外专营店", "order_number": "BH-8842"}),
    (
        "particulars",
        {
            "ordered_on-day": "6",
            "ordered_on-month": "11",
            "ordered_on-year": "2025",
            "goods": "胶囊30瓶",
            "price": "8,000元",
            "problem": True,
        },
    ),
    ("respondents", {"respondents-0-name": "海云信息技术有限公司", "respondents-0-email": "post@haiyun.example"}),
    (
        "facts",
        {
            "facts-0-what": "我购买了30瓶胶囊。",
            "facts-0-happened_on-day": "6",
            "facts-0-happened_on-month": "11",
            "facts-0-happened_on-year": "2025",
        },
    ),
    ("relief", {"relief-0-what": "退还货款", "relief-0-amount": "8,000元"}),
    ("exhibits", {}),
    ("claimant", {"name": "李文", "email": "li@parties.example", "e_service": True, "in_writing": True}),
]


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    small_scene: Scene, serve: Callable[..., str], open_context: OpenContext
) -> None:
    """An ambiguous amount comes back with its field marked and everything typed still there."""
    page = open_context(serve(create_app(court=small_scene.court)), width=PHONE, locale="en").new_page()
    sign_in(page, small_scene, "li")
    page.goto("/start")
    page.check("input[name=cause] >> nth=0")
    with answered(page):
        page.click(GO_ON)
    page.goto(page.url.replace("/matter", "/relief"))
    page.fill("#relief-0-what", "The price back")
    page.fill("#relief-0-amount", "80,00")
    with answered(page, refused=True):
        page.click("button[name=continue]")
    assert page.locator(".govuk-error-summary").count() == 1
    assert page.input_value("#relief-0-what") == "The price back" and page.input_value("#relief-0-amount") == "80,00"
