"""An expert called, prepaid, heard and paid, and an objection given up: through the pages, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from odr.app import create_app
from odr.hearing.models_attendance import CallState
from odr.identity.models import Account
from tests.e2e.test_journey import give_second_factor, is_sound, sign_in
from tests.hearing.test_appraisal import row
from tests.hearing.test_attendance import called, contested, hearing, notices, pay
from tests.peers.browser import DESK, PHONE, OpenContext
from tests.scene import Scene

SEND = "main form button.govuk-button:not(.govuk-button--secondary)"
See = Callable[[Page, str], None]


class Walk:
    """Everybody's browser, in one language and width; every page that is seen goes through ``see``."""

    def __init__(self, scene: Scene, origin: str, open_context: OpenContext, locale: str, width: int, see: See) -> None:
        self.scene, self._see, self.lang = scene, see, "zh-Hans" if locale == "zh-CN" else "en"
        with scene.court.database.write() as session:
            session.execute(update(Account).values(locale=self.lang))
        self._open = lambda: open_context(origin, width=width, locale=locale)

    @contextmanager
    def of(self, who: str) -> Iterator[Page]:
        """Somebody's browser, freshly signed in."""
        self.scene.later(minutes=1)
        context = self._open()
        page = context.new_page()
        sign_in(page, self.scene, who)
        yield page
        context.close()

    def see(self, page: Page, name: str) -> None:
        """Look at a page, which is in the reader's language."""
        assert page.get_attribute("html", "lang") == self.lang, page.url
        self._see(page, name)

    def go(self, page: Page, path: str, name: str) -> None:
        """A page of the case."""
        page.goto(f"/cases/{self.scene.case().reference}{path}")
        self.see(page, name)

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
        walk.go(page, "", "judge-overview")
        walk.go(page, "/do/call_expert", "call")
        _choose(page, "appraisal", row(scene).reference)
        for name, amount in (("travel", "120"), ("board", "80"), ("earnings", "100.01")):
            page.fill(f"input[name={name}]", amount)
        walk.send(page)
        walk.see(page, "called")
    scene.later(hours=1)
    with walk.of("haiyun") as page:
        walk.go(page, "/examination/appraisals", "party-appraisals")
        page.click("main .court-panel a[href$='/fee']")
        walk.see(page, "party-fee")
        assert "150.00" in page.inner_text("main")
    with walk.of("admin") as page:
        walk.go(page, "/examination/commission", "expert")
    pay(scene, 0)
    scene.later(days=9)
    with walk.of("judge") as page:
        walk.go(page, "/examination/appraisals", "judge-overdue")
        walk.go(page, "/do/find_on_attendance_fee", "find")
        _choose(page, "share", called(scene).shares[1].reference)
        page.check("input[name=answer][value=given_up]")
        page.fill("textarea[name=reasons]", "No payment came.")
        walk.send(page)
    with walk.of("li") as page:
        walk.go(page, "/fee", "rest-fee")
        walk.go(page, "/examination/appraisals", "rest-appraisals")
    pay(scene, len(notices(scene)) - 1)
    assert called(scene).state is CallState.COMING
    hearing(scene)
    with walk.of("judge") as page:
        walk.go(page, "/do/settle_attendance", "settle")
        _choose(page, "call", called(scene).reference)
        page.check("input[name=outcome][value=heard]")
        page.fill("textarea[name=reasons]", "The record shows it.")
        walk.send(page)
    with walk.of("cashier") as page:
        page.goto("/payments/desk")
        walk.see(page, "pay-desk")
        with page.expect_navigation():
            page.click("form[action*='/payments/desk/tasks/'] button")
        walk.see(page, "pass-on")
        _choose(page, "call", called(scene).reference)
        page.fill("input[name=amount]", "250")
        page.check("input[name=channel][value=transfer]")
        page.fill("input[name=slip]", "T-17")
        walk.send(page)
    with walk.of("judge") as page:
        walk.go(page, "/examination/appraisals", "ended")
        assert "250.00" in page.inner_text("main")
        walk.go(page, f"/decision/desk?on=exhibit/{label_of(scene)}", "desk")
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
@pytest.mark.parametrize(("locale", "width"), [("en", DESK), ("zh-CN", PHONE)])
def test_through_the_pages(small_scene: Scene, serve: Callable[..., str], open_context: OpenContext, locale: str, width: int) -> None:
    """Each page on the way is sound at its width and in its language, and its form does what it says."""
    give_second_factor(small_scene, "judge", "cashier", "admin")
    through(Walk(small_scene, serve(create_app(court=small_scene.court)), open_context, locale, width, lambda page, name: is_sound(page, True)))
