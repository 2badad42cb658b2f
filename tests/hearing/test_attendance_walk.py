"""An expert called, prepaid, heard and paid, and an objection given up: through the pages, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from odr.app import create_app
from odr.hearing.appraisal.models import CallState
from tests.entering import let_in
from tests.hearing.test_appraisal import row
from tests.hearing.test_attendance import called, contested, hearing, notices, pay
from tests.peers.browser import OpenContext
from tests.scene import Scene
from tests.sound import is_sound_to_both

SEND = "main form button.govuk-button:not(.govuk-button--secondary)"


class Walk:
    """One browser, at which one after another sits, freshly signed in; every page that is seen must be sound to both
    readers.
    """

    def __init__(self, scene: Scene, origin: str, open_context: OpenContext) -> None:
        self.scene, self.origin = scene, origin
        self.page = open_context(origin).new_page()

    @contextmanager
    def of(self, who: str) -> Iterator[Page]:
        """Somebody sits down, second factor and all."""
        let_in(self.scene.court, self.scene.people[who], self.page.context, self.origin)
        yield self.page

    def go(self, page: Page, path: str) -> None:
        """A page of the case."""
        page.goto(f"/cases/{self.scene.case().reference}{path}")
        is_sound_to_both(page)

    def send(self, page: Page) -> None:
        """Send the form; the court answers with the entry."""
        with page.expect_navigation():
            page.click(SEND)
        assert "/docket/" in page.url, page.inner_text("main")[:1500]


def through(walk: Walk) -> None:
    """Call, prepayment by one side, given up by the other, the rest, hearing, finding, payment."""
    scene = walk.scene
    contested(scene, "li", "haiyun")
    with walk.of("judge") as page:
        walk.go(page, "")
        walk.go(page, "/do/call_expert")
        _choose(page, "appraisal", row(scene).reference)
        for name, amount in (("travel", "120"), ("board", "80"), ("earnings", "100.01")):
            page.fill(f"input[name={name}]", amount)
        walk.send(page)
        is_sound_to_both(page)
    scene.later(hours=1)
    with walk.of("haiyun") as page:
        walk.go(page, "/examination/appraisals")
        page.click("main .court-panel a[href$='/fee']")
        is_sound_to_both(page)
        assert "150.00" in page.inner_text("main")
    with walk.of("stranger") as page:
        walk.go(page, "/examination/commission")
    pay(scene, 0)
    scene.later(days=9)
    with walk.of("judge") as page:
        walk.go(page, "/examination/appraisals")
        walk.go(page, "/do/find_on_attendance_fee")
        _choose(page, "share", called(scene).shares[1].reference)
        page.check("input[name=answer][value=given_up]")
        page.fill("textarea[name=reasons]", "No payment came.")
        walk.send(page)
    with walk.of("li") as page:
        walk.go(page, "/fee")
        walk.go(page, "/examination/appraisals")
    pay(scene, len(notices(scene)) - 1)
    assert called(scene).state is CallState.COMING
    hearing(scene)
    with walk.of("judge") as page:
        walk.go(page, "/do/settle_attendance")
        _choose(page, "call", called(scene).reference)
        page.check("input[name=outcome][value=heard]")
        page.fill("textarea[name=reasons]", "The record shows it.")
        walk.send(page)
    with walk.of("cashier") as page:
        page.goto("/payments/desk")
        is_sound_to_both(page)
        with page.expect_navigation():
            page.click("form[action*='/payments/desk/tasks/'] button")
        is_sound_to_both(page)
        _choose(page, "call", called(scene).reference)
        page.fill("input[name=amount]", "250")
        page.check("input[name=channel][value=transfer]")
        page.fill("input[name=slip]", "T-17")
        walk.send(page)
    with walk.of("judge") as page:
        walk.go(page, "/examination/appraisals")
        assert "250.00" in page.inner_text("main")
        walk.go(page, f"/decision/desk?on=exhibit/{label_of(scene)}")
        assert str(next(o.given_up_by for o in row(scene).objections if o.given_up_by)) in page.inner_text("#finding")
    assert called(scene).passed_on_minor == 25_000


def label_of(scene: Scene) -> str:
    """Label of the expert's report."""
    report = row(scene).exhibit
    assert report is not None
    return str(report.label)


def _choose(page: Page, name: str, value: str) -> None:
    """Choose one of a list, however the form shows it."""
    if page.locator(f"select[name={name}]").count():
        page.select_option(f"select[name={name}]", value)
    else:
        page.check(f"input[name={name}][value='{value}']")


@pytest.mark.slow
def test_through_the_pages(small_scene: Scene, serve: Callable[..., str], open_context: OpenContext) -> None:
    """Each page on the way is sound, in English at a desk and in Chinese on a phone, and its form does what it says."""
    through(Walk(small_scene, serve(create_app(court=small_scene.court)), open_context))
