"""A hearing that everybody can see again, in a browser of somebody who is nobody to the court: the exhibit page of the moment beside
the film, the list of its seconds without a script, and nothing of what was sealed.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium, Page, expect

from odr.hearing.live.seen.replaying import make_again
from tests.hearing.live.conftest import Live
from tests.hearing.live.media.house import until
from tests.hearing.live.test_broadcast import approved
from tests.hearing.live.test_exhibits_in_browser import narrow, origin
from tests.hearing.live.test_exhibits_seen import drawn, label
from tests.hearing.live.test_seen import passes
from tests.hearing.live.test_whole_film import filmed
from tests.hearing.scene import CHEN, HAIYUN, LI
from tests.patience import PATIENCE
from tests.peers.browser import patient

__all__ = ["origin"]
SAID = {
    "en": ("Page 1", "seconds 1 to 2 of the film", "No exhibit was on the screens at this moment."),
    "zh-Hans": ("第1页", "录像第1秒至第2秒", "此刻屏幕上没有展示证据。"),
}


def seen_again(live: Live) -> str:
    """A page for everybody in the first seconds and one for the court alone; a sealed part with another page; the films are made. Its
    address.
    """
    at = approved(live)
    live.opened()
    passes(live, 1)
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    passes(live, 1)
    live.does(CHEN, "show", exhibit=label(live, HAIYUN), page=2)
    passes(live, 60)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    passes(live, 3)
    live.does(CHEN, "show", exhibit=label(live), page=7)
    passes(live, 5)
    live.scene.act(CHEN, "end_sealed_part")
    passes(live, 60)
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    filmed(live, LI, CHEN)
    while make_again(live.scene.court):
        pass
    return at


def pieces_on(page: Page) -> set[str]:
    """Which pieces of the recording are played on a page."""
    return set(page.locator("video[data-piece]").evaluate_all("(all) => all.map((one) => one.dataset.piece)"))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_public_sees_the_page_of_the_moment_and_nothing_sealed(
    live: Live, origin: str, browser: Chromium, locale: str
) -> None:
    """With a script the page stands beside the film at its seconds and at no others, also while the court alone looked at one; without,
    a list has its seconds and leads to its picture. Neither has a film, a page or an address of the sealed part.
    """
    at = seen_again(live)
    title, seconds, none = SAID[locale]
    context = patient(browser, locale=locale, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{origin}{at}")
    assert "1" in pieces_on(page) and "2" not in pieces_on(page)
    film, box = page.locator("video[data-piece='1']").first, page.locator("[data-shown]")
    until(lambda: film.evaluate("(one) => one.readyState") >= 1, "its head is read")
    picture, words = box.locator("img"), box.locator("[data-shown-title]")
    film.evaluate("(one) => { one.currentTime = 1.5; }")
    until(lambda: picture.evaluate("(one) => one.naturalWidth") > 0, "the page of the moment is there")
    expect(words).to_contain_text(title)
    expect(page.locator("[data-shown-pages] [data-now]")).to_have_count(1)
    film.evaluate("(one) => { one.currentTime = 2.5; }")
    expect(words).to_have_text(none, timeout=PATIENCE * 1000)
    expect(picture).to_be_hidden()
    assert LI not in page.content() and f"{label(live)}" not in page.inner_text("main")
    assert narrow(page)
    sealed = page.locator("video[data-piece='1']").first.get_attribute("src") or ""
    assert page.request.get(f"{origin}{sealed}").status == 200
    assert page.request.get(f"{origin}{sealed.replace('/again/1/', '/again/2/')}").status == 404
    context.close()

    plain = patient(browser, locale=locale, java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = plain.new_page()
    page.goto(f"{origin}{at}")
    assert "1" in pieces_on(page) and "2" not in pieces_on(page)
    row = page.locator("[data-shown-pages] li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(seconds)
    row.get_by_role("link").click()
    expect(page.locator("img")).to_have_count(1)
    plain.close()
