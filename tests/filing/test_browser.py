"""The filing room in a real browser: its pages are usable by everybody, and the registry is worked by keys alone."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.evidence.sources.models import Platform, PlatformRequest
from odr.evidence.sources.platform_records import take
from odr.filing.bulk.models import BulkFiling
from odr.filing.group.inputs import RegistrationInput
from odr.filing.group.registration import register
from tests.entering import let_in
from tests.evidence.test_platform_records import ASKED, KEY, signed
from tests.filing.test_bulk import sent
from tests.filing.test_group import SAID, announced, members, registered
from tests.peers.browser import OpenContext, answered
from tests.scene import Scene, claim
from tests.sound import is_sound_to_both

pytestmark = pytest.mark.slow


@dataclass
class Site:
    """A served court, and doors into it."""

    scene: Scene
    origin: str
    open_context: OpenContext

    def enter(self, name: str) -> Page:
        """Somebody signed in with a second factor."""
        context = self.open_context(self.origin)
        let_in(self.scene.court, self.scene.people[name], context, self.origin)
        return context.new_page()


@pytest.fixture
def site(small_scene: Scene, serve: Callable[..., str], open_context: OpenContext) -> Site:
    """The small court, served."""
    return Site(small_scene, serve(create_app(court=small_scene.court)), open_context)


def look(page: Page, path: str, name: str) -> None:
    """Sound to who reads English at a desk and to who reads Chinese on a phone; a picture is kept where PICTURES says."""
    answer = page.goto(path)
    assert answer is not None and answer.status == 200, path
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    is_sound_to_both(page)


def furnished(scene: Scene) -> dict[str, list[str]]:
    """A batch with one odd and one wrong line, an action of many that runs, a platform's records; who looks at which
    pages.
    """
    sent(
        scene,
        *({"order_number": f"B-{n}", "relief_1_amount": "999.00" if n == 2 else "300.00"} for n in range(3)),
        {"relief_1_amount": "x"},
    )
    scene.work()
    reference = announced(scene)
    *some, waiting, two = members(scene, 4)
    for one in some:
        registered(scene, reference, one)
    register(
        scene.court, scene.people[waiting], reference, RegistrationInput.model_validate({**SAID, "name": "Wang Fang"})
    )
    public = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
    with scene.court.database.write() as session:
        session.add(Platform(key="baihua", name="Baihua Market", public_key=public, accredited_at=scene.clock.now()))
    scene.do("ask_platform_records", "li", **ASKED)
    with scene.court.database.read() as session:
        request = session.scalars(select(PlatformRequest.reference)).one()
        bulk = session.scalars(select(BulkFiling.reference)).one()
    take(scene.court, signed(request))
    case = f"/cases/{scene.case().reference}"
    scene.lodge(claim(respondents=[{"name": "Haiyun", "kind": "company", "email": "", "address": ""}]))
    scene.work()
    new = f"/cases/{scene.case().reference}"
    return {
        "clerk": [
            "/home",
            "/registry",
            f"{new}/review",
            f"/registry/batch/{bulk}",
            f"{case}/consents",
            f"{case}/do/decide_registration",
        ],
        "li": [
            "/bulk",
            f"/bulk/{bulk}",
            f"{case}/consents",
            f"{case}/do/ask_platform_records",
            f"{case}/exhibits/C-1",
            f"{case}/do/elect_representative",
        ],
        "judge": [f"{case}/consents"],
        two: ["/registrations", f"/registrations/{reference}", f"/registrations/{reference}/register"],
    }


def test_the_pages_are_usable_by_everybody(site: Site) -> None:
    """Registry, batch, bulk, action of many, interest, platform records and consents: at 320 and 1280 px, in both
    languages.
    """
    for who, paths in furnished(site.scene).items():
        page = site.enter(who)
        for number, path in enumerate(paths):
            look(page, path, f"{who}-{number}")
        if who == "li":
            page.goto("/start?cause=online_shopping")
            with answered(page):
                page.locator("main form button[type=submit]").first.click()
            look(page, page.url.partition("?")[0].replace("/matter", "/interest"), "interest")


def stages(scene: Scene) -> list[Stage]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Case.stage).order_by(Case.id)))


def test_claims_are_decided_by_keys_alone_and_the_keys_can_be_turned_off(site: Site) -> None:
    """Walk the list, open, choose, record, go on; keys write in a text field, and turned off they do nothing, on the
    next page too (WCAG 2.1.4).
    """
    for _ in range(3):
        site.scene.lodge()
    page = site.enter("clerk")
    page.goto("/registry")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/review")
    page.keyboard.press("r")
    expect(page.locator("#d-return")).to_be_checked()
    page.keyboard.press("a")
    expect(page.locator("#d-accept")).to_be_checked()
    first = page.url
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != first)
    assert stages(site.scene) == [Stage.PENDING, Stage.LODGED, Stage.LODGED]
    page.keyboard.press("x")
    page.locator("#reasons").press_sequentially("jar")
    expect(page.locator("#reasons")).to_have_value("jar")
    expect(page.locator("#d-refuse")).to_be_checked()
    page.locator("#d-refuse").focus()
    page.keyboard.press("2")
    expect(page.locator("#defect-1")).to_be_focused()
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("a")
    expect(page.locator("#d-refuse")).to_be_checked()
    page.goto("/registry")
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).not_to_be_focused()
    page.locator("[data-keys] summary").click()
    expect(page.get_by_label("Single keys work")).not_to_be_checked()


def test_without_script_no_keys_are_promised(site: Site, open_context: OpenContext) -> None:
    """The list of keys stays hidden where no script runs."""
    site.scene.lodge()
    page = site.enter("clerk")
    context = open_context(site.origin, javascript=False)
    context.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    plain = context.new_page()
    plain.goto("/registry")
    expect(plain.locator("[data-row]")).to_have_count(1)
    expect(plain.locator("[data-keys]")).to_be_hidden()
