"""A terminal in the hall: put up by an administrator, one choice a screen, and nothing of anybody left when they are finished."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g, render_template_string
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from odr.app import create_app
from odr.assist.guide.handing import ask_for_call, waiting
from odr.assist.kiosk.models import Kiosk, KioskVisit
from odr.assist.kiosk.terminals import ASKED, ENDS, GRACE, IN_A_HEARING, SEEN_EVERY, sweep
from odr.docket.models import Case, Document
from odr.evidence.store.ports import PREVIEWER
from odr.identity.models import Account, SessionRow
from odr.identity.sign_in import sessions
from odr.web.presence import session_cookie_name
from tests.filing.visitor import Visitor
from tests.peers.browser import OpenContext
from tests.scene import PAPERS, PASSWORD, Scene
from tests.sound import faults
from tests.test_bad_input import signed_in

SCREENS = ("/kiosk", "/kiosk/ask", "/kiosk/pay", "/kiosk/person", "/kiosk/still")


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The application of a court with one case under way."""
    small_scene.pend()
    small_scene.work()
    return create_app(court=small_scene.court)


def put_up(scene: Scene, app: Flask) -> str:
    """An administrator enters a terminal; its code."""
    admin, sends = signed_in(scene, app, "admin")
    page = admin.post("/administration/terminals", data={"name": "Terminal 3, entrance hall"}, headers=sends).text
    found = re.search(r"<b translate=\"no\">([0-9A-Z-]{19})</b>", page)
    assert found is not None and found[1] not in admin.get("/administration/terminals").text
    return found[1]


def typed(client: FlaskClient, code: str) -> Any:
    """The code typed at the terminal."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/kiosk").text)
    assert token is not None
    return client.post("/kiosk", data={"csrf_token": token[1], "code": code})


@pytest.fixture
def hall(small_scene: Scene, app: Flask) -> FlaskClient:
    """The browser of a terminal."""
    client = app.test_client()
    assert typed(client, put_up(small_scene, app).lower()).status_code == 303
    assert client.get("/kiosk").status_code == 200
    return client


def enter(scene: Scene, client: FlaskClient, who: str = "li") -> int:
    """Somebody signs in at the terminal; their session."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people[who])
        now = scene.court.clock.machine_now()
        token, row = sessions.open_session(session, account, now, device="hall", address="::1", two_factor=False)
    client.set_cookie(session_cookie_name(False), token)
    return row


def is_over(scene: Scene, row: int) -> bool:
    """Whether a session has ended."""
    with scene.court.database.read() as session:
        return session.get_one(SessionRow, row).revoked_at is not None


def test_a_code_makes_one_browser_the_terminal_once(small_scene: Scene, app: Flask) -> None:
    """A wrong code is none, a used one too; what is kept of code and secret is a digest."""
    code, first, second = put_up(small_scene, app), app.test_client(), app.test_client()
    assert typed(first, "AAAA-BBBB-CCCC-DDDD").status_code == 422
    assert typed(first, code).status_code == 303 and "This terminal forgets." in first.get("/kiosk").text
    assert typed(second, code).status_code == 422
    with small_scene.court.database.read() as session:
        kiosk = session.scalars(select(Kiosk)).one()
        cookie = first.get_cookie("terminal")
        assert cookie is not None and kiosk.code_hash is None and kiosk.token_hash not in (None, cookie.value)


def test_others_put_up_no_terminal(small_scene: Scene, app: Flask) -> None:
    """Nobody else finds the page."""
    for who in ("li", "clerk", "president"):
        client, sends = signed_in(small_scene, app, who)
        assert client.get("/administration/terminals").status_code == 404
        assert client.post("/administration/terminals", data={"name": "Mine"}, headers=sends).status_code == 404


def test_every_act_leads_to_the_court_s_own_pages(small_scene: Scene, hall: FlaskClient) -> None:
    """In the terminal's frame: the claim, files of a case, its fee, its papers; signed in or asked who one is."""
    assert "I have a letter with a code" in hall.get("/kiosk/scan").text
    enter(small_scene, hall)
    for act, path in (("scan", "exhibits/new"), ("pay", "fee"), ("print", "service")):
        page = hall.get(f"/kiosk/{act}").text
        found = re.search(rf'href="(/cases/[a-z0-9]+/{path})"', page)
        assert found is not None, act
        inside = hall.get(found[1], follow_redirects=True)
        assert inside.status_code == 200 and "I am finished" in inside.text and "court-footer" not in inside.text
    assert "No hearing is fixed" in hall.get("/kiosk/hearing").text
    claim = hall.get("/start")
    assert claim.status_code == 200 and "kiosk-bar" in claim.text and claim.headers["Cache-Control"] == "no-store"


def test_finished_takes_back_all_but_the_terminal_s_own_secret(small_scene: Scene, hall: FlaskClient) -> None:
    """Cookies, session, storage, cache; and another person finds nothing of who was there."""
    row = enter(small_scene, hall)
    hall.get("/language/zh-Hans?next=/kiosk")
    assert hall.get("/home").status_code == 200
    first = hall.get("/kiosk/ended")
    assert first.status_code == 303 and first.headers["Clear-Site-Data"] == '"cache", "storage"'
    last = hall.get("/kiosk/ended")
    assert last.headers["Clear-Site-Data"] == '"cache", "storage"' and last.headers["Cache-Control"] == "no-store"
    assert is_over(small_scene, row)
    assert [cookie.key for cookie in hall._cookies.values()] == ["terminal"]
    assert hall.get("/home").headers["Location"] == "/kiosk"


def test_left_alone_it_is_over_by_the_court_s_own_clock(small_scene: Scene, hall: FlaskClient) -> None:
    """Without a script: whatever is asked for next, also a form that is sent, leads to the end, and the session is over."""
    row = enter(small_scene, hall)
    assert hall.get("/home").status_code == 200
    small_scene.clock.advance(ASKED + ENDS)
    assert hall.get("/kiosk/still").status_code == 200 and not is_over(small_scene, row)
    small_scene.clock.advance(GRACE + timedelta(seconds=1))
    answer = hall.post("/account/sign-out")
    assert answer.status_code == 303 and answer.headers["Location"] == "/kiosk/ended"
    assert is_over(small_scene, row)


def test_a_touch_keeps_it_going_and_looking_does_not(small_scene: Scene, hall: FlaskClient) -> None:
    """What a script tells counts as a touch; the question whether somebody is there does not."""
    row = enter(small_scene, hall)
    hall.get("/home")
    for _ in range(4):
        small_scene.clock.advance(timedelta(seconds=45))
        assert hall.post("/kiosk/here").status_code == 204
    small_scene.clock.advance(timedelta(seconds=75))
    assert hall.get("/kiosk/still").status_code == 200
    small_scene.clock.advance(timedelta(seconds=75))
    assert hall.post("/kiosk/here").status_code == 409
    assert sweep(small_scene.court) == 1 and is_over(small_scene, row)


def test_every_page_there_says_when_it_ends_without_a_script(small_scene: Scene, hall: FlaskClient) -> None:
    """A page asks after a minute, the question ends half a minute later."""
    enter(small_scene, hall)
    ask = '<noscript><meta http-equiv="refresh" content="60;url=/kiosk/still'
    for path in ("/kiosk", "/home", "/start", "/guide"):
        assert ask in hall.get(path).text, path
    assert '<meta http-equiv="refresh" content="30;url=/kiosk/ended">' in hall.get("/kiosk/still").text


def test_the_court_ends_a_terminal_with_whoever_is_there(small_scene: Scene, app: Flask, hall: FlaskClient) -> None:
    """Taken down, it is a browser like any other, and its visitor is signed out."""
    row = enter(small_scene, hall)
    hall.get("/home")
    with small_scene.court.database.read() as session:
        reference = session.scalars(select(Kiosk.reference)).one()
        assert session.scalars(select(KioskVisit.session_id)).one() == row
    admin, sends = signed_in(small_scene, app, "admin")
    assert admin.post(f"/administration/terminals/{reference}/end", headers=sends).status_code == 303
    page = hall.get("/kiosk", follow_redirects=True).text
    assert is_over(small_scene, row) and "This browser is not a terminal yet" in page
    assert admin.post(f"/administration/terminals/{reference}/end", headers=sends).status_code == 404


def test_a_terminal_taken_down_forgets_who_was_signing_in(small_scene: Scene, app: Flask, hall: FlaskClient) -> None:
    """Also a session the terminal had not heard of yet: its browser would be theirs for whoever comes next."""
    with small_scene.court.database.read() as session:
        reference = session.scalars(select(Kiosk.reference)).one()
    row = enter(small_scene, hall)
    admin, sends = signed_in(small_scene, app, "admin")
    assert admin.post(f"/administration/terminals/{reference}/end", headers=sends).status_code == 303
    first = hall.get("/home")
    assert (first.status_code, first.headers["Location"]) == (303, "/kiosk") and "Clear-Site-Data" in first.headers
    assert is_over(small_scene, row) and not list(hall._cookies.values())


def test_a_page_that_does_not_exist_stands_in_the_frame_too(small_scene: Scene, hall: FlaskClient) -> None:
    """It is kept by no cache, asks as every other does, and is not shown to whoever comes later."""
    row = enter(small_scene, hall)
    page = hall.get("/no/such/page")
    assert page.status_code == 404 and "I am finished" in page.text and "court-footer" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    small_scene.clock.advance(ASKED + ENDS + GRACE + timedelta(seconds=1))
    assert hall.get("/no/such/page").headers["Location"] == "/kiosk/ended" and is_over(small_scene, row)


def test_yes_counts_up_to_the_last_second_of_the_question(small_scene: Scene, hall: FlaskClient) -> None:
    """What was touched just before is told, and noted, as much later as it may be: the court still waits for the answer."""
    hall.get("/guide")
    small_scene.clock.advance(SEEN_EVERY - timedelta(seconds=1))
    page = hall.get("/guide").text
    every = re.search(r'data-kiosk-every="(\d+)"', page)
    assert every is not None
    small_scene.clock.advance(timedelta(seconds=int(every[1])) + ASKED + ENDS)
    assert hall.post("/kiosk/here").status_code == 204


def test_a_hearing_is_not_broken_off_because_somebody_listens(app: Flask, hall: FlaskClient) -> None:
    """Its pages ask after minutes, all others after one."""
    with app.test_request_context("/"):
        g.terminal = SimpleNamespace(large=False, name="Terminal 3")
        room = render_template_string('{% set in_room = true %}{% include "assist/kiosk/_bar.html" %}')
        other = render_template_string('{% include "assist/kiosk/_bar.html" %}')
    assert f'data-kiosk-ask="{int(IN_A_HEARING.total_seconds())}"' in room
    assert f'data-kiosk-ask="{int(ASKED.total_seconds())}"' in other


def test_who_finds_somebody_signed_in_is_told_so(small_scene: Scene, hall: FlaskClient) -> None:
    """The first screen while a visit goes on; no name stands there."""
    assert "Somebody is signed in here" not in hall.get("/kiosk").text
    enter(small_scene, hall)
    page = hall.get("/kiosk").text
    assert "Somebody is signed in here" in page and "Li Wen" not in page


def test_a_terminal_in_use_stays_one(hall: FlaskClient) -> None:
    """Each visit gives the cookie its time anew: a browser keeps none for ever."""
    hall.get("/kiosk/ended")
    begun = hall.get("/kiosk")
    assert (
        begun.status_code == 200
        and "terminal=" in begun.headers["Set-Cookie"]
        and "SameSite=Strict" in str(begun.headers)
    )


def test_who_waits_at_a_terminal_comes_before_what_is_due_by_a_day(small_scene: Scene, hall: FlaskClient) -> None:
    """They stand there: their call is the first of the registry's list, whatever was asked for before."""
    court = small_scene.court
    with court.database.write() as session:
        ask_for_call(court, session, "13800000001", "", "", "en")
    token = re.search(r'name="csrf_token" value="([^"]+)"', hall.get("/kiosk/person").text)
    assert token is not None
    hall.post("/kiosk/person", data={"csrf_token": token[1]})
    with court.database.read() as session:
        found = [one.contact for one in waiting(court, session).rows]
    assert found == ["Terminal 3, entrance hall", "13800000001"]


def test_a_person_is_called_once(small_scene: Scene, hall: FlaskClient) -> None:
    """The registry reads at which terminal somebody waits."""
    for _ in range(2):
        token = re.search(r'name="csrf_token" value="([^"]+)"', hall.get("/kiosk/person").text)
        assert token is not None
        assert "somebody waits here" in hall.post("/kiosk/person", data={"csrf_token": token[1]}).text
    with small_scene.court.database.read() as session:
        (one,) = waiting(small_scene.court, session).rows
    assert one.contact == "Terminal 3, entrance hall" and one.waits_here
    clerk = Visitor(create_app(court=small_scene.court), small_scene, "clerk")
    page = clerk.get(f"/registry/questions/{one.reference}")
    assert "Somebody waits at this terminal" in page and "Call this number" not in page


@pytest.mark.parametrize("how", ["finished", "left", "taken down"])
def test_a_call_ends_with_whoever_made_it(small_scene: Scene, app: Flask, hall: FlaskClient, how: str) -> None:
    """However they leave: the registry's list sends nobody to an empty terminal, and the next person may call anew."""
    court = small_scene.court
    with court.database.write() as session:
        ask_for_call(court, session, "13800000001", "", "", "en")

    def listed() -> list[str]:
        with court.database.read() as session:
            return [one.contact for one in waiting(court, session).rows]

    def call() -> None:
        token = re.search(r'name="csrf_token" value="([^"]+)"', hall.get("/kiosk/person").text)
        assert token is not None
        hall.post("/kiosk/person", data={"csrf_token": token[1]})

    call()
    assert listed() == ["Terminal 3, entrance hall", "13800000001"]
    if how == "finished":
        hall.get("/kiosk/ended")
    elif how == "left":
        small_scene.clock.advance(ASKED + ENDS + GRACE + timedelta(seconds=1))
        assert sweep(court) == 1
    else:
        with court.database.read() as session:
            reference = session.scalars(select(Kiosk.reference)).one()
        admin, sends = signed_in(small_scene, app, "admin")
        admin.post(f"/administration/terminals/{reference}/end", headers=sends)
    assert listed() == ["13800000001"]
    if how != "taken down":
        hall.get("/kiosk")
        call()
        assert listed() == ["Terminal 3, entrance hall", "13800000001"]


def a_paper(scene: Scene) -> tuple[str, bytes]:
    """A sealed paper that Li has: its address, and its bytes."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        mine = next(party.id for party in case.parties if party.account_id == scene.people["li"])
        papers = session.scalars(PAPERS.where(Document.case_id == case.id, Document.sha256 != "").order_by(Document.id))
        found = next(one for one in papers if one.content[:4] == b"%PDF" and one.party_id in (None, mine))
        return f"/cases/{case.reference}/papers/{found.reference}", found.content


def test_a_paper_opens_in_a_page_of_the_court_and_leaves_no_file(
    small_scene: Scene, app: Flask, hall: FlaskClient
) -> None:
    """Its sheets as pictures, with a button and the way back; elsewhere it is a file as before; nothing of it outlasts the visit."""
    at, content = a_paper(small_scene)
    enter(small_scene, hall)
    answer = hall.get(at, headers={"Referer": "http://localhost/home?a=1"})
    assert answer.status_code == 200 and answer.mimetype == "text/html" and "Content-Disposition" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store" and "data-kiosk-print" in answer.text
    assert 'href="/home?a=1"' in answer.text and "script-src 'self'" in answer.headers["Content-Security-Policy"]
    sheets = re.findall(r'<img src="([^"]+)" alt="Sheet', answer.text)
    words = re.findall(r'<div class="govuk-visually-hidden">([^<]*)</div>', answer.text)
    assert len(sheets) == len(words) >= 1 and all(said.strip() for said in words)
    picture = hall.get(sheets[0])
    assert picture.data.startswith(b"\x89PNG") and picture.headers["Cache-Control"] == "no-store"
    for wrong in (len(sheets) + 1, 0, "x", "-1", "999999999999"):
        assert hall.get(f"{at}?sheet={wrong}").status_code in (404, 422), wrong
    framed = re.search(r'<noscript>.*<iframe[^>]+src="([^"]+)"', answer.text)
    assert framed is not None and "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    whole = hall.get(framed[1])
    assert whole.data == content and whole.headers["Content-Disposition"] == "inline"
    assert (
        "frame-ancestors 'self'" in whole.headers["Content-Security-Policy"] and "X-Frame-Options" not in whole.headers
    )
    assert 'href="/kiosk"' in hall.get(at, headers={"Referer": "https://elsewhere.example/home"}).text
    hall.get("/kiosk/ended")
    assert [hall.get(each).status_code for each in (at, sheets[0], framed[1])] == [303] * 3
    plain = Visitor(app, small_scene, "li").raw(at)
    assert plain.mimetype == "application/pdf" and plain.headers["Content-Disposition"].startswith("attachment")


def test_a_paper_of_somebody_else_is_not_shown_there_either(small_scene: Scene, hall: FlaskClient) -> None:
    """The page takes the place of the file, and opens nothing the route does not."""
    at, _ = a_paper(small_scene)
    assert hall.get(at).status_code in (302, 303)
    enter(small_scene, hall, "stranger")
    for more in ("", "?sheet=1", "?whole=1"):
        assert hall.get(at + more).status_code == 404


def test_larger_letters_last_as_long_as_the_visit(small_scene: Scene, hall: FlaskClient) -> None:
    """They lead back to the page; the next person has them as they were."""
    assert hall.get("/kiosk/letters?next=/guide").headers["Location"] == "/guide"
    assert "kiosk-large" in hall.get("/guide").text
    assert hall.get("/kiosk/letters?next=https://elsewhere.example").headers["Location"] == "/kiosk"
    hall.get("/kiosk/letters?next=/guide")
    hall.get("/kiosk/ended")
    hall.get("/kiosk")
    assert "kiosk-large" not in hall.get("/guide").text


# In a real browser


@pytest.fixture
def origin(app: Flask) -> Iterator[str]:
    """The court on a port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


def make_terminal(scene: Scene, app: Flask, page: Page) -> None:
    """The browser becomes the terminal."""
    page.goto("/kiosk")
    page.locator("#code").fill(put_up(scene, app))
    page.locator("main form button").click()
    expect(page.locator(".kiosk-tiles li")).to_have_count(6)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_screens_are_large_still_and_accessible(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext, locale: str
) -> None:
    """At 1280 by 900 nothing scrolls, tiles are 112 px and helps 64 px high at least, the end is as large as the rest, axe finds
    nothing, and the policy stops nothing.
    """
    page = open_context(origin, locale=locale).new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    make_terminal(small_scene, app, page)
    for path in (*SCREENS, "/kiosk/ended"):
        page.goto(path)
        roll = page.evaluate(
            "[document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]"
        )
        assert max(roll) <= 0, (path, roll)
        assert faults(page) == [], path
        for tile in page.locator(".kiosk-tiles a").all():
            box = tile.bounding_box()
            assert box is not None and box["height"] >= 112
        sizes = {
            (round(box["width"]), round(box["height"]))
            for one in page.locator(".kiosk-bar a").all()
            if (box := one.bounding_box()) is not None
        }
        assert path == "/kiosk/ended" or (len(sizes) == 1 and min(height for _, height in sizes) >= 64), path
    assert said == []


def seen_at(hall_page: Page, scene: Scene, path: str, locale: str = "en") -> None:
    """Li, signed in at the terminal by their browser's cookie, opens a page."""
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people["li"])
        account.locale = {"zh-CN": "zh-Hans"}.get(locale, locale)
        now = scene.court.clock.machine_now()
        token, _ = sessions.open_session(session, account, now, device="hall", address="::1", two_factor=False)
    hall_page.context.add_cookies([{"name": session_cookie_name(False), "value": token, "url": hall_page.url}])
    hall_page.goto(path)


@pytest.mark.parametrize(("locale", "prints"), [("en", "Print"), ("zh-CN", "打印")])
def test_a_paper_is_printed_at_the_terminal(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext, locale: str, prints: str
) -> None:
    """The button prints once every sheet is there; the print has the paper's sheets and nothing of the screen; at 320 and 1280 px
    nothing runs over, axe finds nothing, the policy stops nothing, and nothing is stored or fetched to keep.
    """
    at, content = a_paper(small_scene)
    page = open_context(origin, locale=locale).new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("download", lambda one: said.append(f"a file: {one.suggested_filename}"))
    make_terminal(small_scene, app, page)
    kept = "[Object.keys(localStorage), Object.keys(sessionStorage)]"
    before = page.evaluate(kept)
    seen_at(page, small_scene, at, locale)
    page.evaluate("void (window.print = () => { document.documentElement.dataset.printed = 'yes'; })")
    button = page.locator("[data-kiosk-print]")
    expect(button).to_have_text(prints)
    sheets = page.locator("[data-kiosk-sheet]")
    count = sheets.count()
    assert count == len(PREVIEWER.words(content)[0]) >= 1
    button.click()
    expect(page.locator("html[data-printed=yes]")).to_have_count(1)
    assert sheets.evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 1000)")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        assert faults(page) == [], width
        boxes = [one.bounding_box() for one in page.locator(".kiosk-do > *").all()]
        assert len(boxes) == 2 and all(box is not None and box["height"] >= 64 for box in boxes)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == count
    assert not "".join(PREVIEWER.words(printed)[0]).strip(), "words of the screen stand in the print"
    assert page.evaluate(kept) == before and said == []


def test_nothing_is_printed_where_a_sheet_is_missing(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext
) -> None:
    """The page says that a person prints it: nobody leaves with a paper that lacks a sheet and does not say so."""
    at, _ = a_paper(small_scene)
    page = open_context(origin).new_page()
    make_terminal(small_scene, app, page)
    page.route("**/*sheet=1*", lambda route: route.abort())
    seen_at(page, small_scene, at, "en")
    page.evaluate("void (window.print = () => { document.documentElement.dataset.printed = 'yes'; })")
    missing = page.locator("[data-kiosk-missing]")
    assert not missing.is_visible()
    page.locator("[data-kiosk-print]").click()
    expect(missing).to_be_visible()
    assert page.locator("html[data-printed=yes]").count() == 0 and page.locator("[data-kiosk-print]").is_enabled()


def test_without_scripts_the_paper_stands_in_a_frame_that_ends(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext
) -> None:
    """The browser's own viewer prints it there; the page around it leads back, and asks after a minute as every page does."""
    at, _ = a_paper(small_scene)
    context = open_context(origin, javascript=False)
    page = context.new_page()
    page.goto("/kiosk")
    page.locator("#code").fill(put_up(small_scene, app))
    page.locator("main form button").click()
    expect(page.locator(".kiosk-tiles li")).to_have_count(6)
    seen_at(page, small_scene, at)
    expect(page.locator("iframe.kiosk-frame")).to_have_count(1)
    expect(page.locator("[data-kiosk-print]")).to_be_hidden()
    expect(page.locator(".kiosk-do a")).to_be_visible()
    ends = page.locator("meta[http-equiv=refresh]").get_attribute("content") or ""
    assert ends.startswith("60;url=/kiosk/still?next=") and at.rsplit("/", 1)[1] in ends


def test_nothing_is_left_and_back_shows_nothing(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext
) -> None:
    """Li signs in and reads her case; after "I am finished" neither cookies nor storage hold anything, and going back shows the
    first screen.
    """
    context = open_context(origin)
    page = context.new_page()
    make_terminal(small_scene, app, page)
    page.goto("/kiosk/pay")
    page.locator(".kiosk-tiles a").first.click()
    page.locator("#email").fill("li@court.example")
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".kiosk-tiles a")).to_have_count(1)
    page.locator(".kiosk-tiles a").click()
    expect(page.locator(".kiosk-bar")).to_be_visible()
    page.evaluate("localStorage.setItem('left', 'behind'); sessionStorage.setItem('left', 'behind')")
    depth = page.evaluate("history.length")
    page.locator(".kiosk-bar a").last.click()
    expect(page.locator(".kiosk-tiles a")).to_have_count(1)
    assert [one["name"] for one in context.cookies()] == ["terminal"]
    kept = page.evaluate(
        "(async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length])()"
    )
    assert kept == [0, 0, 0, 0, 0]
    for _ in range(depth - 1):
        if page.go_back() is None:
            break
        assert "Li Wen" not in page.content() and "/cases/" not in page.url
    with small_scene.court.database.read() as session:
        assert all(
            row.revoked_at is not None
            for row in session.scalars(select(SessionRow).where(SessionRow.account_id == small_scene.people["li"]))
        )


def test_the_question_can_be_answered_and_ends_it_otherwise(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext
) -> None:
    """After a minute without a touch the page asks; yes goes on, half a minute of silence ends the visit."""
    page = open_context(origin).new_page()
    page.clock.install()
    make_terminal(small_scene, app, page)
    ask = page.locator("dialog.kiosk-ask")
    expect(ask).to_be_hidden()
    page.clock.run_for(61_000)
    expect(ask).to_be_visible()
    page.locator("[data-kiosk-stay]").click()
    expect(ask).to_be_hidden()
    page.clock.run_for(61_000)
    expect(ask).to_be_visible()
    page.clock.run_for(31_000)
    page.wait_for_url("**/kiosk/ended")
    with small_scene.court.database.read() as session:
        assert all(visit.ended_at is not None for visit in session.scalars(select(KioskVisit)))


def test_words_nobody_sent_do_not_hold_up_the_end(
    small_scene: Scene, app: Flask, origin: str, open_context: OpenContext
) -> None:
    """The browser asks nobody whether to leave the page, and offers nothing of it to the next: the visit ends by itself."""
    page = open_context(origin).new_page()
    asked: list[str] = []
    page.on("dialog", lambda one: (asked.append(one.type), one.dismiss()))
    page.clock.install()
    make_terminal(small_scene, app, page)
    page.goto("/guide?q=How+do+I+renew+my+driving+licence")
    area = page.locator("main textarea").first
    area.click()
    area.press_sequentially("My number is 13800000001")
    assert area.evaluate("area => [area.form.autocomplete, area.getAttribute('autocomplete')]") == ["off", "off"]
    page.clock.run_for(91_000)
    page.wait_for_url("**/kiosk/ended")
    assert asked == []
