"""What a page must be whoever opens it: nothing scrolls sideways, and axe finds nothing."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from odr.web.reader_language import COOKIE
from tests.peers.browser import DESK, PHONE

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def examined(page: Page) -> dict[str, Any]:
    """All that axe says of a page: what breaks a rule in full; of what passes one example each, which is half the work."""
    said: dict[str, Any] = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    return said


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """The rules that a page breaks, each with the elements that break it."""
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in examined(page)["violations"]]


def fits(page: Page) -> bool:
    """Whether nothing scrolls sideways, once the page and its styles are there."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def fits_each_width(page: Page) -> None:
    """Nothing scrolls sideways, neither at its width nor at the other."""
    size = page.viewport_size
    assert size is not None and fits(page), (page.url, size)
    other = PHONE if size["width"] == DESK else DESK
    page.set_viewport_size({"width": other, "height": size["height"]})
    assert fits(page), (page.url, other)
    page.set_viewport_size(size)


def is_sound(page: Page) -> None:
    """Nothing scrolls sideways and axe finds nothing."""
    assert fits(page), page.url
    found = faults(page)
    assert found == [], f"{page.url}: {found}"


def is_sound_to_both(page: Page, *, axe: bool = True) -> None:
    """Sound as it stands, and turned to the other reader: it speaks her language and fits her screen.

    It stays turned, so that axe meets every other page of a walk, and every other form is sent, in the other language
    and width.
    """
    if axe:
        is_sound(page)
    assert fits(page), page.url
    turn(page)
    assert fits(page), (page.url, page.viewport_size)


def turn(page: Page) -> None:
    """The same page to the other reader: in Chinese on a phone, or in English at a desk."""
    locale = "en" if page.get_attribute("html", "lang") == "zh-Hans" else "zh-Hans"
    page.context.add_cookies([{"name": COOKIE, "value": locale, "url": page.evaluate("location.origin")}])
    page.set_viewport_size({"width": DESK if locale == "en" else PHONE, "height": 800})
    page.reload()
    assert page.get_attribute("html", "lang") == locale, page.url
