"""Phrases in the form of a hearing that was held elsewhere: put beneath the minutes, changed, then recorded (CPL 150)."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium, expect
from werkzeug.serving import make_server

from odr.app import create_app
from odr.docket.models import Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.web.presence import session_cookie_name
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser
from tests.kept import Shelf
from tests.peers.browser import patient

FORM = "/do/record_hearing"


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Scene]:
    """A hearing in the courtroom is fixed, and its hour is there."""
    database = Database(sqlite_url, synchronous="OFF")
    found = accepted_case(whole_court(database, clock, tmp_path / "court", shelf), clock, track=Track.SIMPLE)
    for who in (LI, HAIYUN):
        found.act(who, "choose_steps", hearing="online")
    found.act(CHEN, "open_examination", mode="live")
    found.act(WANG, "summon", mode="live", on="2026-03-09", at="09:30", place="Courtroom 3")
    found.days(8)
    yield found
    database.dispose()


@pytest.fixture
def app(scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=scene.court)


def minutes(page: str) -> str:
    """What stands in the minutes."""
    (found,) = re.findall(r'<textarea[^>]*id="minutes"[^>]*>([^<]*)</textarea>', page)
    return html.unescape(found).strip()


def test_a_phrase_comes_beneath_the_minutes_without_a_script(scene: Scene, app: Flask) -> None:
    """What was typed stays, in every field; nothing is recorded; whom a phrase is about is asked; the form then goes where it always did."""
    wang = Browser(app, scene, WANG)
    page = wang.get(FORM)
    before = scene.entries()
    typed = {"do": "phrase", "minutes": "Typed before.", "debated": "yes", "phrase": "identity"}
    refused = wang.post("/live/phrase", page, 422, **typed, about="")
    assert "Choose whom this phrase is about." in refused and minutes(refused) == "Typed before."
    page = wang.post("/live/phrase", page, 200, **typed, about=scene.party(LI))
    said = f"The identity of {LI} was checked again and is confirmed."
    assert minutes(page) == f"Typed before.\n{said}"
    assert re.search(r'name="debated"[^>]*value="yes"[^>]*checked', page), "what was answered stays answered"
    page = wang.post("/live/phrase", page, 200, do="phrase", minutes=minutes(page), phrase="discipline")
    assert minutes(page).startswith(f"Typed before.\n{said}\nThe clerk made sure who is present")
    assert f'action="/cases/{wang.base.rsplit("/", 1)[-1]}{FORM}"' in page
    assert scene.entries() == before
    page = wang.post(
        "/live/phrase", page, 422, do="phrase", minutes="Kept.", phrase="undertaking", about=scene.party(LI)
    )
    assert "This phrase is about a witness. Choose one." in page and minutes(page) == "Kept."


def test_phrases_are_for_who_keeps_the_record(scene: Scene, app: Flask) -> None:
    """Neither judge nor party puts words into the minutes; on the Chinese page the words are those of the case's language."""
    page = Browser(app, scene, WANG, "zh-Hans").get(FORM)
    assert "将常用语写入笔录" in page and 'data-words="The identity of {person} was checked again' in page
    for who in (CHEN, LI):
        visitor = Browser(app, scene, who)
        visitor.post("/live/phrase", visitor.get(""), 403, do="phrase", phrase="discipline", minutes="")


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_the_script_puts_a_phrase_where_the_cursor_is(scene: Scene, app: Flask, browser: Chromium, locale: str) -> None:
    """Without asking the court: what is typed stays, and the status says whom to choose; nothing stands out at 320 pixels."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.accounts[WANG])
        account.locale = locale
        now = scene.clock.machine_now()
        token, _ = open_session(session, account, now, device="test", address="127.0.0.1", two_factor=True)
    context = patient(browser, locale=locale, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": session_cookie_name(False), "value": token, "url": origin}])
    page = context.new_page()
    page.goto(f"{origin}{Browser(app, scene, WANG, locale).base}{FORM}")
    field, button = page.locator("#minutes"), page.locator("[data-phrases] button[value=phrase]")
    field.fill("Typed before.")
    page.locator("#phrase").select_option("identity")
    button.click()
    expect(page.locator("[data-phrase-status]")).to_have_text(
        {"en": "Choose whom this phrase is about.", "zh-Hans": "请选择该常用语所指的人。"}[locale]
    )
    page.locator("#about").select_option(scene.party(LI))
    button.click()
    expect(field).to_have_value(f"Typed before.\nThe identity of {LI} was checked again and is confirmed.")
    assert page.url.endswith(FORM), "nothing was sent"
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= 320")
    context.close()
    server.shutdown()
