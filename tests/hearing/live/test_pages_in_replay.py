"""A replay shows the exhibit page that stood on the screens at that moment: as a list with its times, and beside a film that plays."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium, expect
from sqlalchemy import select, update

from odr.app import create_app
from odr.evidence.models import Exhibit, ExhibitState
from odr.hearing.live.models import LiveAck
from odr.hearing.live.vocabulary import What
from tests.hearing.live.conftest import Live, pieces
from tests.hearing.live.media.house import until
from tests.hearing.live.test_exhibits_in_browser import narrow, origin, signed_in
from tests.hearing.live.test_exhibits_seen import drawn, label
from tests.hearing.live.test_whole_film import filmed
from tests.hearing.scene import CHEN, HAIYUN, LI
from tests.hearing.test_pages import Browser
from tests.patience import PATIENCE

__all__ = ["origin"]
ROW = re.compile(r'<li data-piece="(\d+)" data-since="([\d.]+)"(?: data-until="([\d.]+)")? data-title="([^"]*)"')


@pytest.fixture
def app(live: Live) -> Flask:
    """The court's pages."""
    return create_app(court=live.scene.court)


def passes(live: Live, seconds: int, *, anew: bool = False) -> None:
    """Time goes by, in the hearing and in its recording; ``anew`` since another piece begins."""
    live.clock.advance(timedelta(seconds=seconds))
    live.media.media_ms = (0 if anew else live.media.media_ms) + 1000 * seconds


def shown(live: Live) -> None:
    """A picture from the first second, a text from the next; another picture in a sealed part; then the hearing is closed."""
    live.opened()
    passes(live, 1, anew=True)
    live.does(CHEN, "show", exhibit=drawn(live), page=1)
    passes(live, 1)
    live.does(CHEN, "show", exhibit=label(live, HAIYUN), page=2)
    passes(live, 2)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[live.person(HAIYUN).reference], words="A secret.")
    passes(live, 3, anew=True)
    live.does(CHEN, "show", exhibit=label(live), page=7)
    passes(live, 2)
    live.scene.act(CHEN, "end_sealed_part")
    passes(live, 4)
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")


def rows(page: str) -> list[tuple[str, str, str, str]]:
    """Piece, from, until and words of every page on the list."""
    return ROW.findall(page)


def test_each_page_stands_with_its_seconds_for_whom_its_part_is_open(live: Live, app: Flask) -> None:
    """A page stays into the next piece until another takes its place; of a sealed part nothing, to whoever was outside."""
    shown(live)
    li, haiyun = Browser(app, live.scene, LI), Browser(app, live.scene, HAIYUN)
    page = li.get("/live/recording/1")
    mine, theirs = label(live), label(live, HAIYUN)
    open_part = [
        ("1", "1.0", "2.0", f"{mine} Paper 1, page 1"),
        ("1", "2.0", "", f"{theirs} Paper 1, page 2"),
    ]
    assert rows(page) == [
        *open_part,
        ("2", "0.0", "3.0", f"{theirs} Paper 1, page 2"),
        ("2", "3.0", "", f"{mine} Paper 1, page 7"),
    ]
    assert "seconds 1 to 2" in page and "from second 2 to its end" in page
    assert page.count(f"/exhibits/{mine}/preview/1") == 2 and f"/exhibits/{theirs}/preview" not in page
    assert rows(haiyun.get("/live/recording/1")) == open_part
    with live.scene.court.database.write() as session:
        session.execute(update(Exhibit).where(Exhibit.label == mine).values(state=ExhibitState.EXCLUDED))
    assert f"/exhibits/{mine}/preview" not in haiyun.get("/live/recording/1"), "who may not open it is given no picture"


def test_a_page_of_a_sealed_part_ends_with_it_whatever_the_media_room_did(live: Live, app: Flask) -> None:
    """The recorder does not start again when the part ends, and the hearing goes on in a later piece: what was shown to some stands
    there for nobody who was outside.
    """
    live.opened()
    passes(live, 1, anew=True)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[live.person(HAIYUN).reference], words="A secret.")
    passes(live, 3, anew=True)
    live.does(CHEN, "show", exhibit=label(live), page=7)
    live.media.recorder_works = False
    live.scene.act(CHEN, "end_sealed_part")
    live.media.recorder_works = True
    live.follow()
    live.does(CHEN, "resume")
    passes(live, 4, anew=True)
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    unsealed = next(line for line in live.lines() if line.what is What.UNSEALED)
    with live.scene.court.database.read() as session:
        ack = session.scalar(select(LiveAck).where(LiveAck.line_id == unsealed.id))
    assert ack is None or ack.refused, "the media room did not do it"
    assert [piece.key is None for piece in pieces(live)].count(True) >= 2, "it went on for everybody"
    assert rows(Browser(app, live.scene, HAIYUN).get("/live/recording/1")) == []
    assert rows(Browser(app, live.scene, LI).get("/live/recording/1"))


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_page_of_the_moment_stands_beside_the_film(live: Live, origin: str, browser: Chromium, locale: str) -> None:
    """At a second of the film its page is seen, at another in words that it has no picture, and before the first that there was
    none; the list marks the one of the moment; nothing stands out at 320 pixels.
    """
    shown(live)
    filmed(live, LI)
    page = signed_in(live, origin, browser, LI, locale)
    with live.scene.look() as (_, case):
        page.goto(f"{origin}/cases/{case.reference}/live/recording/1")
    box, film = page.locator("[data-shown]"), page.locator("video[data-piece='1']").first
    until(lambda: film.evaluate("(one) => one.readyState") >= 1, "its head is read")
    picture, words = box.locator("img"), box.locator("[data-shown-title]")

    def at(second: float) -> None:
        film.evaluate("(one, second) => { one.currentTime = second; }", second)

    at(1.5)
    until(lambda: picture.evaluate("(one) => one.naturalWidth") > 0, "the page of the moment is there")
    expect(words).to_contain_text(label(live))
    expect(page.locator("[data-shown-pages] [data-now]")).to_have_count(1)
    at(2.5)
    expect(words).to_contain_text(label(live, HAIYUN), timeout=PATIENCE * 1000)
    expect(picture).to_be_hidden()
    at(0.2)
    expect(words).to_have_text(
        {"en": "No exhibit was on the screens at this moment.", "zh-Hans": "此刻屏幕上没有展示证据。"}[locale]
    )
    assert narrow(page)
    page.context.close()
