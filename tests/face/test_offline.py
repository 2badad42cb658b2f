"""Without a network a page of the court's own is shown, in both languages; nothing of anybody is kept for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from odr.app import create_app
from odr.register.first_pages.offline_pages import STYLES
from odr.web.static_files import addressed
from tests.entering import let_in
from tests.evidence.test_case_file import signed_in
from tests.face.stage import ROOT
from tests.peers.browser import OpenContext
from tests.scene import Scene
from tests.sound import is_sound

CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  }
  return found.sort();
}"""
READY = "async () => { await navigator.serviceWorker.ready; }"


class Network:
    """The way to the court, which can be cut: every connection then ends before an answer."""

    def __init__(self, app: Flask) -> None:
        self.inner, self.is_cut = app.wsgi_app, False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.is_cut:
            environ["werkzeug.socket"].shutdown(2)
            raise OSError("the network went away")
        return self.inner(environ, start_response)


def test_the_worker_and_its_page_say_nothing_of_anybody(small_scene: Scene) -> None:
    """Asked with a session or without, page and script are the same, set no cookie and have no form."""
    stranger, li = create_app(court=small_scene.court).test_client(), signed_in(small_scene, "li")
    for address in ("/offline", "/service-worker.js"):
        answers = [client.get(address) for client in (stranger, li)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].data == answers[1].data and not any("Set-Cookie" in answer.headers for answer in answers)
    page, script = stranger.get("/offline").text, stranger.get("/service-worker.js")
    assert "There is no network" in page and "没有网络" in page and "<form" not in page and "<script" not in page
    assert script.mimetype == "text/javascript" and "unsafe" not in script.headers["Content-Security-Policy"]


def test_without_a_network_the_courts_own_page_is_shown_and_no_page_of_a_case_is_kept(
    small_scene: Scene, serve: Callable[[Flask], str], open_context: OpenContext
) -> None:
    """A case that was read is not on the device; signing out leaves nothing at all."""
    small_scene.lodge()
    app = create_app(court=small_scene.court)
    app.wsgi_app = network = Network(app)  # type: ignore[method-assign]
    origin = serve(app)
    context = open_context(origin)
    let_in(small_scene.court, small_scene.people["li"], context, origin, "en")
    page: Page = context.new_page()
    case = f"{origin}/cases/{small_scene.case().reference}"
    page.goto(case)
    page.evaluate(READY)
    page.wait_for_function("async () => (await caches.keys()).length === 1")
    for path in ("", "/docket", "/exhibits"):
        page.goto(f"{case}{path}")
    kept = sorted(["/offline", *(f"/static/{addressed(ROOT / 'static', name)}" for name in STYLES)])
    assert page.evaluate(CACHED) == kept
    network.is_cut = True
    page.goto(f"{case}/docket")
    shown = page.inner_text("main")
    assert "There is no network" in shown and "没有网络" in shown and small_scene.case().title not in page.content()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.govuk-button')).backgroundColor") != "rgba(0, 0, 0, 0)"
    )
    is_sound(page)
    assert page.evaluate(CACHED) == kept
    network.is_cut = False
    page.get_by_role("button", name="Load it again").click()
    page.get_by_role("button", name="Sign out").wait_for()
    # What the next page keeps anew is the page of nobody; what was there before is gone.
    page.evaluate(
        "async () => { localStorage.setItem('left', 'x'); await (await caches.open('left')).put('/left', new Response('x')); }"
    )
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("localStorage.length") == 0
    assert set(page.evaluate(CACHED)) <= set(kept)


def test_a_form_is_not_sent_into_nothing(
    small_scene: Scene, serve: Callable[[Flask], str], open_context: OpenContext
) -> None:
    """Without a network the form stays as it was typed, and the page says so, also to those who cannot see it."""
    origin = serve(create_app(court=small_scene.court))
    context = open_context(origin)
    page: Page = context.new_page()
    page.goto(f"{origin}/account/sign-in")
    field = page.locator("main input[type=email], main input[name=email]").first
    field.fill("li@example.com")
    context.set_offline(True)
    page.locator("main form button[type=submit]:not(.court-default)").first.click()
    page.get_by_role("alert").filter(has_text="There is no network. Nothing was sent").wait_for()
    assert field.input_value() == "li@example.com"
    context.set_offline(False)
    page.wait_for_function("() => document.querySelector('[data-offline]').hidden")
