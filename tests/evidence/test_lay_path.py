"""A lay person's path on a phone: photographs become exhibits with their origin told, in Chinese at 320 px, counted and
timed; all can use the pages.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Frame, Page
from sqlalchemy import select

from odr.app import create_app
from odr.evidence.models import Exhibit
from tests.entering import let_in
from tests.evidence.test_case_file import with_exhibits
from tests.peers.browser import PHONE, OpenContext
from tests.scene import Scene
from tests.sound import is_sound

A_TAP, A_CHARACTER, A_PAGE = 2.0, 0.6, 4.0
"""Seconds a person needs: to find and tap something, to write a Chinese character on glass, to look at a new page."""
THREE_MINUTES = 180.0


class Hand:
    """A person's hand on the glass: does what she does, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.characters, self.pages = page, 0, 0, 1
        page.on("framenavigated", self._turns)

    def _turns(self, frame: Frame) -> None:
        self.pages += frame == self.page.main_frame

    def tap(self, where: str) -> None:
        """One tap; whether it opens another page is seen when that page comes."""
        self.taps += 1
        self.page.locator(where).first.click()

    def write(self, where: str, words: str) -> None:
        """A tap into the field, then the words."""
        self.taps, self.characters = self.taps + 1, self.characters + len(words)
        self.page.fill(where, words)

    @property
    def seconds(self) -> float:
        """How long a person takes for all of it, the machine's time aside."""
        return self.taps * A_TAP + self.characters * A_CHARACTER + self.pages * A_PAGE


def photographs() -> list[dict[str, object]]:
    """What a telephone keeps: two pictures as HEIC, one as JPEG."""
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    found = []
    for number, (kind, suffix) in enumerate((("HEIF", "HEIC"), ("HEIF", "HEIC"), ("JPEG", "jpg"))):
        out = io.BytesIO()
        Image.new("RGB", (1200, 900), ("#8a6", "#68a", "#a86")[number]).save(out, kind)
        found.append(
            {"name": f"IMG_004{number}.{suffix}", "mimeType": f"image/{kind.lower()}", "buffer": out.getvalue()}
        )
    return found


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "plain"])
def test_photographs_from_a_phone_become_exhibits_in_three_minutes(
    small_scene: Scene, serve: Callable[..., str], open_context: OpenContext, javascript: bool
) -> None:
    """Choose three photographs, send them, answer where they come from once, say what each shows, submit: in three
    minutes, with and without a script.
    """
    with_exhibits(small_scene)
    origin = serve(create_app(court=small_scene.court))
    context = open_context(origin, width=PHONE, locale="zh-CN", javascript=javascript)
    let_in(small_scene.court, small_scene.people["li"], context, origin, "zh-Hans")
    page, case = context.new_page(), f"{origin}/cases/{small_scene.case().reference}"
    begun = time.monotonic()
    page.goto(f"{case}/exhibits")
    hand = Hand(page)
    hand.tap("a[href*='/uploads/new']")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    hand.taps += 4  # The telephone's own chooser: open it, three pictures.
    page.set_input_files("#files", photographs())  # type: ignore[arg-type]
    if not javascript:
        hand.tap("[data-send]")
    if javascript:
        page.locator("[data-part=result] a").nth(2).wait_for()
        assert page.locator("[data-do]:visible").count() == 0, "no button that does nothing stands in the way"
        hand.tap("[data-onward]")
    page.wait_for_url("**/exhibits/many")
    assert page.locator("[name$=-take]:checked").count() == 3
    hand.tap("label[for=origin]")
    hand.tap("label[for=untouched]")
    for number, words in enumerate(("瓶身标签写有不允许的添加剂", "包装箱上的生产日期", "破损的瓶盖")):
        hand.write(f"[name=files-{number}-proves]", words)
        hand.tap(f"label[for=files-{number}-facts]")
    if javascript:
        is_sound(page)
    hand.tap("main form button[type=submit]:not(.court-default)")
    page.wait_for_url("**/exhibits?since=*")
    machine = time.monotonic() - begun
    with small_scene.court.database.read() as session:
        made = list(
            session.scalars(select(Exhibit).where(Exhibit.label.in_(["C-2", "C-3", "C-4"])).order_by(Exhibit.id))
        )
    assert [e.title for e in made] == ["瓶身标签写有不允许的添加剂", "包装箱上的生产日期", "破损的瓶盖"] and all(
        e.facts == [1] for e in made
    )
    assert (
        all(e.provenance["made_with"] and e.provenance["changed"] for e in made)
        and made[0].upload.media_type == "image/heic"
    )
    counted = f"{hand.taps} taps, {hand.characters} characters, {hand.pages} pages: {hand.seconds:.0f} s of a person, {machine:.1f} s of the machine"
    assert hand.seconds < THREE_MINUTES, counted
    if javascript:
        every_page_is_usable(small_scene, page, case)


def every_page_is_usable(scene: Scene, page: Page, case: str) -> None:
    """The list, one exhibit, checklist, requests and what is taken along, on the narrow screen; the case file is
    fetched.
    """
    for path in (
        "exhibits",
        "exhibits/C-2",
        "exhibits/C-2/describe",
        "exhibits/many",
        "exhibits/new",
        "exhibits/checklist",
        "exhibits/requests",
        "claim",
        "files",
    ):
        page.goto(f"{case}/{path}")
        is_sound(page)
    page.locator("button[value=case_file]").click()
    scene.work()
    page.reload()
    is_sound(page)
    with page.expect_download() as download:
        page.locator("a[href*='/files/']").first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"PK")
