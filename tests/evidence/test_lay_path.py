"""A lay person's path on a phone: a photograph becomes an exhibit with its origin told, in Chinese at 320 px, and every page can be used by everybody."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import select

from odr.app import create_app
from odr.evidence.models import Exhibit
from odr.identity import locales, sessions
from odr.identity.models import Account
from odr.identity.presence import session_cookie_name
from tests.evidence.test_case_file import with_exhibits
from tests.peers.browser import PHONE, OpenContext
from tests.scene import Scene

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def looked_at(page: Page, shots: Path) -> None:
    """Nothing runs out of the narrow page, and axe finds nothing."""
    page.screenshot(path=shots / f"{len(list(shots.glob('*.png'))):02}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE, page.url
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def test_photograph_from_a_phone_becomes_an_exhibit(small_scene: Scene, serve: Callable[..., str], open_context: OpenContext, tmp_path: Path) -> None:
    """Choose the photograph, send it, say what it shows and where it comes from, submit; then ask for the case file: all without a mouse-wide screen."""
    with_exhibits(small_scene)
    origin = serve(create_app(court=small_scene.court))
    with small_scene.court.database.write() as session:
        account = session.get_one(Account, small_scene.people["li"])
        secret, _ = sessions.open_session(session, account, small_scene.court.clock.machine_now(), device="phone", address="::1", two_factor=True)
    context = open_context(origin, width=PHONE, locale="zh-CN")
    cookies = {session_cookie_name(False): secret, locales.COOKIE: "zh-Hans"}
    context.add_cookies([{"name": name, "value": value, "url": origin} for name, value in cookies.items()])
    page, case = context.new_page(), f"{origin}/cases/{small_scene.case().reference}"
    photograph = io.BytesIO()
    Image.new("RGB", (1200, 900), "#8a6").save(photograph, "JPEG")
    page.goto(f"{case}/exhibits/new")
    page.locator("a[href*='/uploads/new']").first.click()
    page.wait_for_url("**/uploads/new**")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    looked_at(page, tmp_path)
    page.set_input_files("#files", {"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": photograph.getvalue()})
    page.locator("[data-send]").click()
    page.locator("#upload-list a").first.wait_for()
    page.locator("[data-onward]").click()
    page.wait_for_url("**/exhibits/new")
    looked_at(page, tmp_path)
    upload = page.locator("[name=upload]")
    if upload.first.evaluate("e => e.tagName") == "SELECT":
        upload.select_option(index=1)
    else:
        upload.last.check()
    page.fill("[name=title]", "包装照片")
    page.fill("[name=proves]", "瓶身标签写有不允许的添加剂。")
    page.fill("[name=source]", "我的手机，11月11日拍摄。")
    page.fill("[name=provenance-made_with]", "我自己的手机")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/docket/**")
    with small_scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.title == "包装照片")).one()
    assert exhibit.provenance["made_with"] == "我自己的手机" and exhibit.upload.filename == "IMG_0042.jpg" and exhibit.upload.declared_sha256
    for path in ("exhibits", f"exhibits/{exhibit.label}", "exhibits/checklist", "exhibits/requests", "files"):
        page.goto(f"{case}/{path}")
        looked_at(page, tmp_path)
    page.locator("button[value=case_file]").click()
    small_scene.work()
    page.reload()
    looked_at(page, tmp_path)
    with page.expect_download() as download:
        page.locator("a[href*='/files/']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
