"""In a real browser: nothing scrolls sideways, axe finds nothing, and the comforts work without being needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from werkzeug import Request, Response
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.serving import make_server

from odr.ground.text import T
from odr.web.headers import content_policy
from tests.face.stage import ROOT, sample
from tests.patience import until
from tests.peers.browser import DESK, PHONE, OpenContext, OpenPage, answered
from tests.sound import examined

ASKS = "() => { const e = new Event('beforeunload', {cancelable: true}); dispatchEvent(e); return e.defaultPrevented; }"
"""Whether the browser would ask before the page is left."""
SOMEBODY = SimpleNamespace(name="Li Wen", is_staff=False, roles=frozenset(), acting_for=None)


class Site:
    """The sample page under the court's own policy, and what was posted to it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, str]]] = []
        self.origin = ""

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        request = Request(environ)
        if request.method == "POST":
            self.posted.append((request.path, request.form.to_dict()))
            return Response("{}", status=HTTPStatus.OK, mimetype="application/json")(environ, start_response)
        if request.path == "/service-worker.js":
            return Response("", mimetype="text/javascript")(environ, start_response)
        page = sample(request.path.strip("/") or "en", person=SOMEBODY, training=True)
        if "unsaved" in request.args:
            page = page.replace(' data-autosave="/drafts/1"', "")
        if "two" in request.args:
            other = '<form method="post" action="/other"><textarea id="other" name="other">As it was.</textarea></form>'
            page = page.replace("</main>", other + "</main>")
        return Response(page, mimetype="text/html", headers={"Content-Security-Policy": content_policy({})})(
            environ, start_response
        )


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Serves the sample on loopback."""
    application = Site()
    server = make_server(
        "127.0.0.1", 0, SharedDataMiddleware(application, {"/static": str(ROOT / "static")}), threaded=True
    )
    application.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield application
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_macro_is_accessible_and_fits(site: Site, open_context: OpenContext, width: int, locale: str) -> None:
    """axe finds nothing at 320 and 1280 px in either language, no page scrolls sideways, and the policy stops nothing."""
    page = open_context(site.origin, width=width, locale=locale).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"/{locale}")
    expect(page.locator("#statement-count [data-words]")).not_to_contain_text(
        T("At most %(most)s characters.", most=4000).render(locale)
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert said == []
    found = examined(page)
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert len(found["passes"]) > 20


def test_a_state_of_many_words_is_no_wider_than_a_phone(site: Site, open_page: OpenPage) -> None:
    """It goes on in a second line, wherever it stands."""
    page = open_page(f"{site.origin}/en", width=PHONE)
    words = '<p><span class="court-status">The party who called the witness is asked to advance it</span></p>'
    page.evaluate("words => document.querySelector('main').insertAdjacentHTML('beforeend', words)", words)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


def test_chinese_is_drawn_by_the_courts_own_font_where_there_is_no_other(site: Site, open_page: OpenPage) -> None:
    """A browser that knows none of the named Chinese fonts fetches pieces of the court's."""
    page = open_page(site.origin, javascript=True)
    page.goto(f"{site.origin}/zh-Hans")
    page.evaluate("document.fonts.load('16px \"Court Han\"', '法院')")
    assert page.evaluate("document.fonts.check('16px \"Court Han\"', '法院')")
    assert page.evaluate("document.fonts.check('16px \"Public Sans\"', 'Court')")


def test_enter_sends_the_form_and_removes_nothing(site: Site, open_page: OpenPage) -> None:
    """Enter in a field presses no “Remove”: the form is sent as it stands, without JavaScript too."""
    page = open_page(f"{site.origin}/en", javascript=False)
    site.posted.clear()
    with answered(page):
        page.locator("#email").press("Enter")
    ((_, sent),) = site.posted
    assert "remove" not in sent
    assert "add" not in sent
    assert sent["email"] == "wu@"
    assert sent["facts-0-what"].startswith("I booked a room"), "a folded row is posted all the same"


def test_remove_names_its_row(site: Site, open_page: OpenPage) -> None:
    """The button of a row sends that row's name."""
    page = open_page(f"{site.origin}/en", javascript=False)
    site.posted.clear()
    with answered(page):
        page.get_by_role("button", name="Take out “Fact 2”").click()
    assert site.posted[0][1]["remove"] == "facts-1"


def test_the_count_is_the_courts_own(site: Site, open_page: OpenPage) -> None:
    """The count on the page is by characters as the court counts them, and says when there are too many."""
    page = open_page(f"{site.origin}/en")
    area, line = page.locator("#statement"), page.locator("#statement-count [data-words]")
    area.fill("欧阳修\r\n😀")
    assert line.text_content() == "3,995 characters left"
    area.fill("x" * 4001)
    assert line.text_content() == "1 character too many"


def test_what_is_typed_is_saved_by_itself(site: Site, open_page: OpenPage) -> None:
    """Two seconds after the last key the draft goes out, with its token, and the page says when."""
    page = open_page(f"{site.origin}/en")
    site.posted.clear()
    page.locator("#statement").fill("I did not get the room.")
    expect(page.locator("[data-saved-line]")).to_contain_text("Saved at")
    ((path, sent),) = site.posted
    assert (path, sent["statement"], sent["csrf_token"]) == ("/drafts/1", "I did not get the room.", "token")


def test_what_could_not_be_saved_is_saved_when_the_network_is_back(site: Site, open_page: OpenPage) -> None:
    """The first try goes nowhere: the page says so, and is not left without a question; nothing more is typed, and it is saved."""
    page = open_page(f"{site.origin}/en")
    site.posted.clear()
    page.route("**/drafts/1", lambda route: route.abort(), times=1)
    page.locator("#statement").fill("I did not get the room.")
    expect(page.locator("[data-saved-line]")).to_contain_text("Not saved yet.")
    assert page.evaluate(ASKS)
    expect(page.locator("[data-saved-line]")).to_contain_text("Saved at")
    assert not page.evaluate(ASKS)
    assert [sent["statement"] for _, sent in site.posted] == ["I did not get the room."]


def test_what_is_typed_last_is_saved_by_a_page_that_is_left(site: Site, open_page: OpenPage) -> None:
    """Left before two seconds were over: the words go out all the same."""
    page = open_page(f"{site.origin}/en")
    site.posted.clear()
    page.locator("#statement").fill("I did not get the room.")
    page.goto(f"{site.origin}/zh-Hans")
    until(lambda: site.posted, "the draft of the page that was left")
    assert site.posted[0][1]["statement"] == "I did not get the room."


def test_what_is_sent_is_not_saved_as_a_draft_after_it(site: Site, open_page: OpenPage) -> None:
    """Sent at once after the last key: no draft follows it, which would stand there as begun and not sent."""
    page = open_page(f"{site.origin}/en")
    site.posted.clear()
    page.locator("#statement").fill("I did not get the room.")
    with answered(page):
        page.get_by_role("button", name="Send to the court").click()
    page.goto(f"{site.origin}/zh-Hans")
    page.locator("#statement").fill("我没有住到房间。")
    until(lambda: any(path == "/drafts/1" for path, _ in site.posted), "the draft of the next page")
    (first, *_), (path, draft) = site.posted[0], site.posted[-1]
    assert first != "/drafts/1" and path == "/drafts/1" and draft["statement"] == "我没有住到房间。"
    assert len(site.posted) == 2


def test_a_form_that_does_not_save_itself_is_not_left_by_a_slip(site: Site, open_page: OpenPage) -> None:
    """Typed and not sent: the browser asks before the page is left. Sent, or saved by itself, it does not."""
    page = open_page(f"{site.origin}/en?unsaved=1")
    page.locator("#statement").fill("I did not get the room.")
    assert page.evaluate(ASKS)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    with answered(page):
        page.get_by_role("button", name="Send to the court").click()
    assert asked == []
    page.goto(f"{site.origin}/en")
    page.locator("#statement").fill("I did not get the room.")
    assert not page.evaluate(ASKS)


def test_a_form_nobody_touched_does_not_ask_because_another_came_back(site: Site, open_page: OpenPage) -> None:
    """The faults lead to the one form; what stands in the other was there before, until somebody writes into it."""
    page = open_page(f"{site.origin}/en?two=1")
    assert not page.evaluate(ASKS)
    page.locator("#other").fill("As it is now.")
    assert page.evaluate(ASKS)


def test_faults_take_the_focus(site: Site, open_page: OpenPage) -> None:
    """When a form comes back wrong, a screen reader begins at the summary; each entry leads to its field."""
    page = open_page(f"{site.origin}/en")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    page.get_by_role("link", name="Fact 2: Fill in: What happened").click()
    expect(page.locator("#facts-1-what")).to_be_focused()
