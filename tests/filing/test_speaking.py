"""Speaking into a field: the browser's own listener writes, what it wrote is saved like what was typed, and a browser
without one shows no button.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from odr.filing.draft import drafts
from odr.filing.models import Draft
from tests.filing.test_browser import Site, site
from tests.sound import is_sound

__all__ = ["site"]
pytestmark = pytest.mark.slow

LISTENER = """
window.heard = [];
window.SpeechRecognition = class {
  start() { window.heard.push(this); }
  stop() { this.onend(); }
  say(words) {
    const result = Object.assign([{ transcript: words }], { isFinal: true });
    this.onresult({ resultIndex: 0, results: [result] });
  }
};
"""
"""A browser's listener by the interface of the Web Speech API; the headless browser has the class and no service."""
NONE = "delete window.SpeechRecognition; delete window.webkitSpeechRecognition;"


def open_facts(site: Site, script: str) -> tuple[Page, str]:
    """A draft's page of facts in a browser with that listener."""
    with site.scene.court.database.write() as session:
        reference = drafts.open_draft(session, site.scene.people["li"], site.scene.clock.now(), {}).reference
    page = site.enter("li")
    page.add_init_script(script)
    page.goto(f"/claim/{reference}/facts")
    return page, reference


def test_what_the_browser_heard_stands_in_the_field_and_is_saved(site: Site) -> None:
    """Pressed, spoken, stopped: the words follow what was typed, the button says what it does, and they are saved."""
    page, reference = open_facts(site, LISTENER)
    field = page.locator("textarea").first
    field.fill("I ordered 30 bottles.")
    page.get_by_role("button", name="Speak instead of typing").first.click()
    stop = page.get_by_role("button", name="Stop listening")
    expect(stop).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Your browser listens, not the court")).to_be_visible()
    is_sound(page)
    with page.expect_response(lambda reply: reply.request.method == "POST"):
        page.evaluate("window.heard[0].say('They came on 11 November.')")
    expect(field).to_have_value("I ordered 30 bottles. They came on 11 November.")
    stop.click()
    expect(page.get_by_role("button", name="Speak instead of typing").first).to_have_attribute("aria-pressed", "false")
    with site.scene.court.database.read() as session:
        kept = session.scalars(select(Draft.values).where(Draft.reference == reference)).one()
    assert "They came on 11 November." in str(kept["facts"])


def test_what_cannot_listen_says_so_and_loses_nothing(site: Site) -> None:
    """A refused microphone is told beside the field; without a listener there is no button."""
    page, _ = open_facts(site, LISTENER)
    page.locator("textarea").first.fill("I ordered 30 bottles.")
    page.get_by_role("button", name="Speak instead of typing").first.click()
    page.evaluate("window.heard[0].onerror({ error: 'not-allowed' })")
    expect(page.get_by_text("The browser could not listen.")).to_be_visible()
    expect(page.locator("textarea").first).to_have_value("I ordered 30 bottles.")
    other, _ = open_facts(site, NONE)
    expect(other.get_by_role("button", name="Speak instead of typing")).to_have_count(0)
