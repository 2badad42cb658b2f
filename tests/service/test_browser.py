"""Service in a real browser, without JavaScript: from the invitation to the answer on a phone in Chinese, the check of
a notice, the desk.
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from odr.app import create_app
from tests.entering import let_in
from tests.peers.browser import PHONE, OpenContext
from tests.peers.http import serving
from tests.scene import Scene
from tests.sound import fits, is_sound_to_both

SHOTS = os.environ.get("ODR_SHOTS")


def look(page: Page, name: str) -> None:
    """Nothing scrolls sideways; a picture is kept where somebody asked for pictures."""
    assert fits(page), name
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_from_the_invitation_to_the_answer_on_a_phone(small_scene: Scene, open_context: OpenContext) -> None:
    """Three steps at 320 px in Chinese without a script: the code, who one is, what one wants; passing on and checking
    the notice stand beside them.
    """
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
        page.locator("summary", has_text="您不是合适的人").first.click()
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
        let_in(scene.court, scene.people["haiyun"], context, origin, "zh-Hans")
        page.goto(f"{origin}/join/{code}/details")
        look(page, "details")
        for box in page.locator("main input[type=checkbox]").all():
            box.check()
        page.locator("main form button[type=submit]:not(.court-default):not([formaction])").last.click()
        expect(page).to_have_url(f"{origin}/cases/{scene.case().reference}/choose")
        look(page, "choose")
        page.goto(f"{origin}/cases/{scene.case().reference}/answer")
        look(page, "answer")
        page.goto(f"{origin}/cases/{scene.case().reference}/service")
        expect(page.locator("main")).to_contain_text("送达")
        look(page, "service")


def test_the_desk_and_its_pages_are_clean(small_scene: Scene, open_context: OpenContext) -> None:
    """axe finds nothing on the desk, the batch, the figures, service abroad and the letter passed on, narrow and wide;
    nothing scrolls sideways.
    """
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
        let_in(scene.court, scene.people["clerk"], context, origin, "en")
        page = context.new_page()
        for path in pages:
            page.goto(f"{origin}{path}")
            look(page, path.strip("/").replace("/", "-")[-24:])
            is_sound_to_both(page)
