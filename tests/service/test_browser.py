"""Service in a real browser, without JavaScript: from the invitation to the answer on a phone in Chinese, the check of a notice, the desk."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from odr.app import create_app
from odr.identity.models import Account
from odr.identity.sessions import open_session
from tests.peers.browser import PHONE, OpenContext
from tests.peers.http import serving
from tests.scene import Scene
from tests.sound import fits, is_sound_to_both

SHOTS = os.environ.get("ODR_SHOTS")


def enter(scene: Scene, context: BrowserContext, origin: str, name: str, locale: str) -> None:
    """Somebody signed in, second factor and all, who reads ``locale``."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people[name])
        token, _ = open_session(session, account, scene.clock.now(), device="test", address="127.0.0.1", two_factor=True)
    context.add_cookies([{"name": key, "value": value, "url": origin} for key, value in (("session_token", token), ("locale", locale))])


def look(page: Page, name: str) -> None:
    """Nothing scrolls sideways; a picture is kept where somebody asked for pictures."""
    assert fits(page), name
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_from_the_invitation_to_the_answer_on_a_phone(small_scene: Scene, open_context: OpenContext) -> None:
    """Three steps at 320 px in Chinese without a script: the code, who one is, what one wants; passing on and checking the notice stand beside them."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    code = scene.code()
    with serving(create_app(court=scene.court)) as origin:
        context = open_context(origin, width=PHONE, javascript=False, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{origin}/join")
        page.locator("#code").fill(code.lower().replace("-", " "))
        page.locator("main form button").first.click()
        expect(page.locator("h1")).to_contain_text("Haiyun")
        look(page, "invitation")
        page.get_by_role("link", name="转交信函").click()
        page.locator("#name").fill("王法务")
        page.locator("#email").fill("wang@haiyun.example")
        look(page, "pass-on")
        page.get_by_role("button", name="转交").click()
        expect(page.locator("h1")).to_have_text("已转交")
        look(page, "passed-on")
        page.goto(f"{origin}/check?code={code}")
        expect(page.locator("main")).to_contain_text(code)
        look(page, "check")
        enter(scene, context, origin, "haiyun", "zh-Hans")
        page.goto(f"{origin}/join/{code}/details")
        look(page, "details")
        for box in page.locator("main input[type=checkbox]").all():
            box.check()
        page.locator("main form button[type=submit]:not(.court-default)").last.click()
        expect(page).to_have_url(f"{origin}/cases/{scene.case().reference}/choose")
        look(page, "choose")
        page.goto(f"{origin}/cases/{scene.case().reference}/answer")
        look(page, "answer")
        page.goto(f"{origin}/cases/{scene.case().reference}/service")
        expect(page.locator("main")).to_contain_text("送达")
        look(page, "service")


def test_the_desk_and_its_pages_are_clean(small_scene: Scene, open_context: OpenContext) -> None:
    """axe finds nothing on the desk, the batch, the figures, service abroad and the letter passed on, narrow and wide; nothing scrolls sideways."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    party = next(p.reference for p in scene.case().parties if p.label == "respondent/1")
    scene.do("note_abode_abroad", "clerk", party=party, state="US", shown_by="Register")
    case = f"/cases/{scene.case().reference}"
    desk = ("/service-desk", "/service-desk/outcomes", "/service-desk/figures")
    pages = (*desk, f"{case}/service", f"{case}/service/abroad", f"/letters/{scene.code()}/pass-on")
    with serving(create_app(court=scene.court)) as origin:
        context = open_context(origin)
        enter(scene, context, origin, "clerk", "en")
        page = context.new_page()
        for path in pages:
            page.goto(f"{origin}{path}")
            look(page, path.strip("/").replace("/", "-")[-24:])
            is_sound_to_both(page)
