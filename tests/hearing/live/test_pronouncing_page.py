"""The page on which the presiding judge pronounces in the hearing: what is typed there and not sent is kept, for them alone."""

from __future__ import annotations

from flask import Flask
from playwright.sync_api import Browser as Chromium, expect

from odr.hearing.live import journal
from odr.hearing.live.queries import held_room
from odr.hearing.live.views import NEWEST
from odr.hearing.live.vocabulary import What
from odr.identity.actors import CLOCK_ACTOR
from tests.hearing.live.conftest import Live
from tests.hearing.live.panel_sits import ANN
from tests.hearing.live.test_exhibits_in_browser import narrow, origin, signed_in
from tests.hearing.live.test_panel import app, decided, live
from tests.hearing.scene import CHEN, HAIYUN, LI
from tests.hearing.test_pages import Browser
from tests.patience import PATIENCE

__all__ = ["app", "live", "origin"]
PAGE = "/decision/pronounce"
WHY = "The label was not true."


def test_what_was_typed_and_not_sent_stands_there_again(live: Live, app: Flask) -> None:
    """Kept without a script, for the judge alone; refused because a party is cut off, it is kept with what was added; once the
    judgment is pronounced nothing of it lies anywhere else.
    """
    decided(live)
    chen = Browser(app, live.scene, CHEN)
    page = chen.get(PAGE)
    assert "data-autosave" in page and "Save and go on later" in page and "Not sent yet." in page
    chen.post("/do/pronounce_judgment/draft", page, grounds="The label")
    page = chen.get(PAGE)
    assert "The label</textarea>" in page and "You had begun this; nothing was sent." in page
    chen.post("/do/pronounce_judgment/draft", page, throw_away="yes")
    assert "The label</textarea>" not in chen.get(PAGE)
    live.media.happens("lost", live.person(HAIYUN).reference)
    live.follow()
    assert "is lost" in chen.post(PAGE, page, 409, grounds=WHY)
    assert What.PRONOUNCED not in {line.what for line in live.lines()}
    live.media.happens("back", live.person(HAIYUN).reference)
    live.follow()
    page = chen.get(PAGE)
    assert f"{WHY}</textarea>" in page
    for who in (ANN, LI):
        assert WHY not in Browser(app, live.scene, who).get("")
    assert "Pronounce the judgment in the hearing" in chen.get("")
    chen.post(PAGE, page, grounds=WHY)
    assert live.lines()[-1].what is What.PRONOUNCED
    assert "You had begun" not in chen.get("")


def test_what_is_typed_is_saved_by_itself(live: Live, origin: str, browser: Chromium) -> None:
    """With a script nothing has to be pressed: the line below says that it is saved, and a page opened anew has the words."""
    decided(live)
    page = signed_in(live, origin, browser, CHEN)
    with live.scene.look() as (_, case):
        at = f"{origin}/cases/{case.reference}{PAGE}"
    page.goto(at)
    saved = page.locator("[data-saved-line]")
    before = saved.inner_text()
    page.get_by_role("textbox", name="Why, in short, as spoken").fill(WHY)
    expect(saved).not_to_have_text(before, timeout=PATIENCE * 1000)
    expect(saved).to_contain_text("Saved")
    page.goto(at)
    expect(page.get_by_role("textbox", name="Why, in short, as spoken")).to_have_value(WHY)
    assert narrow(page)
    page.context.close()


def test_after_it_nobody_is_led_to_what_is_over(live: Live, app: Flask) -> None:
    """Without a court fee none is spoken of as nobody's; the room offers no deliberation any more, and closing it still; the
    recording invites nobody to play where there is no film.
    """
    decided(live)
    chen = Browser(app, live.scene, CHEN)
    page = chen.get(PAGE)
    assert "No court fee has to be borne." in page and "CNY 0.00" not in page
    assert 'value="deliberate"' in chen.get("/live/room")
    chen.post(PAGE, page, grounds=WHY)
    room = chen.get("/live/room")
    assert 'value="deliberate"' not in room and "Close the hearing held here" in room
    assert "Nobody has written to the clerk yet." in room
    assert "本案无需负担案件受理费。" in Browser(app, live.scene, CHEN, "zh-Hans").get("/docket")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    recording = Browser(app, live.scene, LI).get("/live/recording/1")
    assert "There is nothing to play here" in recording and "Play a film" not in recording
    assert "Exhibit pages on the screens" in recording


def test_the_spoken_judgment_stays_however_much_follows(live: Live, app: Flask) -> None:
    """The page of the room holds the newest lines of the journal, and the judgment whatever came after it; nobody is led to deliberate."""
    decided(live)
    live.scene.act(CHEN, "pronounce_judgment", grounds=WHY)
    with live.scene.sit() as (sitting, _):
        room = held_room(sitting.session, live.room().id)
        for number in range(NEWEST + 1):
            journal.write(sitting, room, What.NOTE, CLOCK_ACTOR, words=f"Sentence {number}.")
    for who in (CHEN, LI):
        page = Browser(app, live.scene, who).get("/live/room")
        assert WHY in page.split('id="h-judgment"')[1].split("</section>")[0] and "Sentence 0." not in page
    assert 'value="deliberate"' not in Browser(app, live.scene, CHEN).get("/live/room")
