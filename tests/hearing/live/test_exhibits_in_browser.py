"""What the public's browser shows of an exhibit, and a film of everybody that plays: real pages, a real browser, no media room."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update
from werkzeug.serving import make_server

from odr.app import create_app
from odr.evidence.models import Exhibit, ExhibitState
from odr.hearing.live.media.composite.making import missing
from odr.hearing.live.media.composite.working import make_due
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.hearing.live.conftest import Live
from tests.hearing.live.media.house import until
from tests.hearing.live.test_broadcast import approved
from tests.hearing.live.test_exhibits_seen import drawn, label
from tests.hearing.live.test_seen import passes
from tests.hearing.scene import CHEN, LI
from tests.patience import PATIENCE
from tests.peers.browser import patient


@pytest.fixture
def origin(live: Live) -> Iterator[str]:
    """The court's pages, served."""
    server = make_server("127.0.0.1", 0, create_app(court=live.scene.court), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def narrow(page: Page) -> bool:
    """Whether nothing stands out of a narrow page."""
    page.set_viewport_size({"width": 320, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth <= 320"))


@pytest.mark.parametrize(
    ("locale", "kept"),
    [
        ("en", "An exhibit is shown in court. The public does not see it."),
        ("zh-Hans", "法庭正在展示证据，旁听人员看不到该证据。"),
    ],
)
def test_the_public_reads_that_one_is_shown_and_sees_the_page_the_judge_opened(
    live: Live, origin: str, browser: Browser, locale: str, kept: str
) -> None:
    """A line of words for a page without the judge's word; the picture for one with it; and words again, in the same open
    page, once the exhibit is excluded.
    """
    at = approved(live)
    live.opened()
    live.does(CHEN, "show", exhibit=label(live), page=1)
    passes(live, 30)
    live.does(CHEN, "show", exhibit=drawn(live), page=1, public=True)
    passes(live, 60)
    context = patient(browser, locale=locale, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{origin}{at}")
    box = page.locator("[data-part=exhibit]")
    expect(box).to_have_text(kept, timeout=PATIENCE * 1000)
    assert box.locator("img").count() == 0 and narrow(page)
    passes(live, 30)
    picture = box.locator("img")
    expect(picture).to_be_visible(timeout=PATIENCE * 1000)
    until(lambda: picture.evaluate("(one) => one.naturalWidth") > 0, "the page arrives")
    assert narrow(page)
    with live.scene.court.database.write() as session:
        session.execute(update(Exhibit).values(state=ExhibitState.EXCLUDED))
    expect(box).to_have_text(kept, timeout=PATIENCE * 1000)
    assert picture.count() == 0
    context.close()


def signed_in(live: Live, origin: str, browser: Browser, name: str, locale: str = "en", **rest: Any) -> Page:
    """Somebody of the case, in a browser of their own; ``rest`` is what the browser's context takes."""
    with live.scene.court.database.write() as session:
        account = session.get_one(Account, live.scene.accounts[name])
        account.locale = locale
        now = live.clock.machine_now()
        token, _ = open_session(session, account, now, device="test", address="127.0.0.1", two_factor=True)
    context = patient(browser, locale=locale, **{"viewport": {"width": 1280, "height": 900}} | rest)
    context.add_cookies([{"name": session_cookie_name(False), "value": token, "url": origin}])
    return context.new_page()


@pytest.mark.skipif(bool(missing()), reason="requirements-speech.txt is not installed on this Python")
def test_the_film_of_everybody_plays_and_a_time_plays_its_second(live: Live, origin: str, browser: Browser) -> None:
    """Made by the process, played by a browser: as wide as it is drawn, from the second of a line of the journal, alone."""
    from tests.hearing.live.test_whole_film import filmed

    live.opened()
    live.clock.advance(timedelta(seconds=1))
    live.does(CHEN, "floor", LI)
    live.clock.advance(timedelta(seconds=9))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    filmed(live, LI, CHEN)
    assert make_due(live.scene.court) == 1
    page = signed_in(live, origin, browser, LI)
    with live.scene.look() as (_, case):
        page.goto(f"{origin}/cases/{case.reference}/live/recording/1")
    film = page.locator("video[data-whole]")
    until(lambda: film.evaluate("(one) => one.videoWidth") == 640, "its head is read")
    assert film.evaluate("(one) => one.duration") >= 6
    link = page.locator("a[data-second]").last
    second = float(link.get_attribute("data-second") or 0)
    told: dict[str, Any] = {}
    link.click()
    until(
        lambda: told.update(at=film.evaluate("(one) => one.currentTime")) is None and told["at"] >= min(second, 3),
        "it plays",
    )
    assert page.evaluate("[...document.querySelectorAll('video[data-piece]')].every((one) => one.paused)")
    assert narrow(page)
    page.context.close()


@pytest.mark.parametrize("script", [True, False])
def test_what_only_a_script_can_switch_is_not_offered_without_one(
    live: Live, origin: str, browser: Browser, script: bool
) -> None:
    """Microphone and camera; the hand is raised by either."""
    live.opened()
    page = signed_in(live, origin, browser, LI, java_script_enabled=script, viewport={"width": 320, "height": 800})
    with live.scene.look() as (_, case):
        page.goto(f"{origin}/cases/{case.reference}/live/room")
    bar = page.locator("[data-part=mybar]")
    for switch in ("[data-mic]", "[data-camera]"):
        expect(bar.locator(switch)).to_be_visible(visible=script)
    expect(bar.get_by_text("Raise a hand")).to_be_visible()
    expect(page.locator("noscript .govuk-inset-text")).to_be_visible(visible=not script)
    page.context.close()
