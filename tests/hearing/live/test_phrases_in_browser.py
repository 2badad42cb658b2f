"""The clerk's keys and button put phrases in without asking the court, where the cursor is; nothing typed is lost."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.media.house import House
from tests.hearing.live.test_real_room import held, house, visitor
from tests.hearing.scene import CHEN, LI, WANG

__all__ = ["held", "house"]


def test_a_key_puts_its_phrase_in_and_a_field_keeps_its_figures(held: Live, house: House, browser: Browser) -> None:
    """2 confirms the identity of whom was chosen; in the field it is a figure; turned off it is nothing; the button does the
    same, says what to choose, and what the clerk made of it is what the journal holds.
    """
    scene = held.scene
    scene.clock.set(BEGINS)
    held.all_come()
    scene.act(CHEN, "open_live_hearing")
    held.does(CHEN, "admit", LI)
    _, wang, base = visitor(scene, browser, house, WANG)
    wang.goto(f"{base}/live/room")
    field = wang.get_by_label("Put in the record", exact=True)
    expect(wang.get_by_label("Keys 1 to 9")).to_be_checked()
    field.fill("Typed before.")
    field.press("2")
    assert field.input_value() == "Typed before.2"
    field.press("Backspace")
    wang.get_by_label("About whom").select_option(held.person(LI).reference)
    wang.get_by_role("button", name="Mute all").focus()
    wang.keyboard.press("2")
    said = f"The identity of {LI} was checked again and is confirmed."
    expect(field).to_have_value(f"Typed before.\n{said}")
    expect(field).to_be_focused()
    wang.get_by_label("Phrase", exact=True).select_option("undertaking")
    button = wang.get_by_role("button", name="Put the phrase above")
    button.click()
    expect(wang.get_by_text("This phrase is about a witness. Choose one.")).to_be_visible()
    expect(field).to_have_value(f"Typed before.\n{said}")
    wang.get_by_label("Phrase", exact=True).select_option("discipline")
    button.click()
    ends = "The clerk made sure who is present and announced the discipline of the court."
    expect(field).to_have_value(f"Typed before.\n{said}\n{ends}")
    wang.get_by_label("Keys 1 to 9").uncheck()
    wang.get_by_role("button", name="Mute all").focus()
    wang.keyboard.press("1")
    button.click()
    expect(field).to_have_value(f"Typed before.\n{said}\n{ends}\n{ends}")
    field.fill(f"{said} By passport.")
    wang.get_by_role("button", name="Put in the record").click()
    expect(wang.get_by_text("entered by the clerk").last).to_be_visible()
    assert held.lines()[-1].words == f"{said} By passport."
