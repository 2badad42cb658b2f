"""Somebody whose video fails is heard by telephone: noted with what it is by the rules, read by all, in the record (OLR 21, 25)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from odr.app import create_app
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.live.vocabulary import BY_PHONE, ONLY_BY_PHONE, RoomState, What
from odr.hearing.record.papers import paper_of
from odr.hearing.vocabulary import Presence
from tests.hearing.live.conftest import BEGINS, Live, gathered
from tests.hearing.live.test_kept_apart import ZHAO, witness
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import Browser


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def lost(live: Live, name: str) -> None:
    """The connection of somebody is lost for so long that the hearing stands still."""
    live.media.happens("lost", live.person(name).reference)
    live.follow()
    live.clock.advance(timedelta(seconds=20))
    live.follow()


def test_it_goes_on_with_who_is_heard_by_telephone(live: Live, app: Flask) -> None:
    """Cut off, the hearing stands still; noted by the clerk, the judge may go on and the hearing stays open; all read who, how
    it was made sure, who hears them and what it is; when it is over, the line says since when.
    """
    live.opened()
    lost(live, LI)
    assert live.room().state is RoomState.SUSPENDED
    with pytest.raises(ActNotOpen):
        live.does(CHEN, "resume")
    wang, wu = Browser(app, live.scene, WANG), Browser(app, live.scene, HAIYUN)
    page = wang.get("/live/room")
    assert "Hear somebody by telephone" in page and "a hearing online is one by video" in page
    wang.post("/live/room", page, do="phone", who=live.person(LI).reference, check="called_back", words="")
    since = live.person(LI).phone_since
    line = live.lines()[-1]
    assert since == live.clock.now() and line.what is What.PHONED and line.facts["heard_by"] == [CHEN, WANG, HAIYUN]
    assert line.facts["article"] == "OLR 21, 25; COURT telephone"
    live.does(CHEN, "resume")
    live.clock.advance(timedelta(minutes=3))
    live.follow()
    assert live.room().state is RoomState.OPEN
    page = wu.get("/live/room")
    assert f"{LI} is heard by telephone since" in page and "the court called the number it has in the file" in page
    assert "see no exhibit and sign nothing by telephone" in page and 'value="phone' not in page
    assert "在线庭审应当采取视频方式" in Browser(app, live.scene, CHEN, "zh-Hans").get("/live/room")
    live.does(WANG, "phone-over", LI)
    assert live.person(LI).phone_since is None and live.lines()[-1].facts["since"] == since.isoformat()
    live.does(WANG, "phone-over", LI)
    assert [line.what for line in live.lines()].count(What.PHONE_OVER) == 1
    live.follow()
    assert live.room().state is RoomState.SUSPENDED, "off the telephone and not back: it stands still again"


def test_it_stands_in_the_record_and_nobody_was_absent(live: Live, app: Flask) -> None:
    """Closing ends it; journal, attendance and record say that it was by voice only."""
    live.opened()
    lost(live, LI)
    live.does(WANG, "phone", LI, check="other", words="She named order 7 and its day")
    live.does(CHEN, "resume")
    assert "By telephone, voice only" in Browser(app, live.scene, WANG).get("/live")
    live.clock.advance(timedelta(minutes=5))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert [line.what for line in live.lines()][-2:] == [What.PHONE_OVER, What.CLOSED]
    with live.scene.look() as (sitting, case):
        (she,) = [a for a in live.hearing().attendances if a.name == LI]
        assert (she.presence, she.note) == (Presence.ONLINE, BY_PHONE)
        paper = paper_of(sitting, case, live.clock.now())
    present = [line.presence.render("en") for line in paper.present if line.name == LI]
    assert "for a while by telephone, by voice only" in present[0]
    assert "for a while by telephone, by voice only" in Browser(app, live.scene, LI).get("/examination")
    assert "期间以电话参加" in Browser(app, live.scene, LI, "zh-Hans").get("/examination")
    told = "\n".join(line.words if isinstance(line.words, str) else line.words.render("en") for line in paper.postings)
    assert "Note: “She named order 7 and its day”. Heard by: " in told and "no longer heard by telephone" in told


def test_who_waits_at_the_door_can_be_heard_too(live: Live, app: Flask) -> None:
    """They came with their identity proven; their device shows nothing: heard by telephone they were not absent."""
    gathered(live)
    live.scene.act(CHEN, "open_live_hearing")
    live.does(CHEN, "admit", LI)
    live.does(WANG, "phone", HAIYUN, check="asked")
    assert live.lines()[-1].facts["heard_by"] == [CHEN, WANG, LI]
    live.does(WANG, "phone", LI, check="asked")
    assert live.lines()[-1].facts["heard_by"] == [CHEN, WANG, HAIYUN], "who is on the telephone hears it too"
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    with live.scene.look() as (sitting, case):
        (he,) = [a for a in live.hearing().attendances if a.name == HAIYUN]
        assert he.presence is Presence.ONLINE and he.note == ONLY_BY_PHONE
        paper = paper_of(sitting, case, live.clock.now())
    (present,) = [line.presence.render("en") for line in paper.present if line.name == HAIYUN]
    assert "by telephone alone, by voice only" in Browser(app, live.scene, HAIYUN).get("/examination")
    assert present.startswith("by telephone alone, by voice only, on ") and "for a while" not in present


@pytest.mark.parametrize(
    "words",
    [
        "Called 13912345678.",
        "Called +86 139-1234-5678",
        "on (010) 6555 1234",
        "１３９１２３４５６７８",
        "１３９－１２３４－５６７８",
        "139\u20131234\u20135678",
        "Her card is 11010119900307123X.",
        "110101 1990-03-07 1234",
        "2026-03-09 13912345678",
        "010-2026-03-09",
    ],
)
def test_no_number_is_printed_to_the_parties(live: Live, app: Flask, words: str) -> None:
    """What may be a telephone number is refused, and what was typed stands in the field still."""
    live.opened()
    wang = Browser(app, live.scene, WANG)
    page = wang.get("/live/room")
    answer = wang.post("/live/room", page, 422, do="phone", who=live.person(LI).reference, check="other", words=words)
    assert "Leave them out: every party reads this note" in answer and words in answer
    assert live.person(LI).phone_since is None
    answer = wang.post("/live/room", page, 422, do="phone", who="", check="asked", words="")
    assert 'href="#caller"' in answer, "the fault is at the field of this form"


@pytest.mark.parametrize(
    "words",
    [
        "She named the delivery of 2026-03-09 10:30 and order 4471.",
        "Called on 2026-03-09, again 2026-03-10 9:05.",
        "Parcel of 9/3/2026, CNY 3,240.00",
        "She named 2026年3月9日10时30分 and 2026.3.9.",
    ],
)
def test_a_day_is_no_number(live: Live, words: str) -> None:
    """What is asked of somebody is often a day and an hour; the note says it as it was said."""
    live.opened()
    live.does(WANG, "phone", LI, check="asked", words=words)
    assert live.lines()[-1].words == words and live.person(LI).phone_since is not None


def test_who_is_heard_by_telephone_has_not_left(live: Live, app: Flask) -> None:
    """Neither prompted nor warned nor found to have left while they are heard; a warning of before is spent, for they came back
    by telephone: when it is over, each is said anew (OLR 25).
    """
    live.opened()
    lost(live, LI)
    live.does(CHEN, "prompt", LI)
    live.does(CHEN, "tell", LI)
    live.does(WANG, "phone", LI, check="asked")
    left = {"finding": "left", "reasons": "She stays away."}
    for do in ("prompt", "tell"):
        with pytest.raises(ActNotOpen, match="heard by telephone"):
            live.does(CHEN, do, LI)
    with pytest.raises(ActNotOpen, match="heard by telephone"):
        live.scene.act(CHEN, "rule_on_leaving", who=live.person(LI).reference, **left)
    assert 'value="prompt' not in Browser(app, live.scene, CHEN).get("/live/room")
    live.does(WANG, "phone-over", LI)
    with pytest.raises(ActNotOpen, match="not prompted and then warned"):
        live.scene.act(CHEN, "rule_on_leaving", who=live.person(LI).reference, **left)
    live.does(CHEN, "prompt", LI)
    live.does(CHEN, "tell", LI)
    live.scene.act(CHEN, "rule_on_leaving", who=live.person(LI).reference, **left)


def test_a_telephone_hears_no_part_that_is_not_open_to_its_owner(live: Live, app: Flask) -> None:
    """It is on loud in the courtroom: where a part is sealed without them it ends before, and is not noted again until the part
    is over; whoever stays goes on being heard. What is noted in a sealed part about how it was made sure stays in it (REC 3, 16).
    """
    live.opened()
    live.does(WANG, "phone", LI, check="asked")
    live.does(WANG, "phone", HAIYUN, check="asked")
    assert live.lines()[-1].facts["heard_by"] == [CHEN, WANG, LI]
    live.scene.act(
        CHEN, "seal_part", reason="secret", outside=[live.person(HAIYUN).reference], words="A secret is shown."
    )
    assert [(line.what, line.sealed) for line in live.lines()][-2:] == [(What.PHONE_OVER, False), (What.SEALED, True)]
    assert live.person(HAIYUN).phone_since is None and live.person(LI).phone_since is not None
    with pytest.raises(ActNotOpen, match="A part is sealed"):
        live.does(WANG, "phone", HAIYUN, check="asked")
    live.does(WANG, "phone-over", LI)
    live.does(WANG, "phone", LI, check="other", words="She named the recipe: salt.")
    assert "She named the recipe" in live.said()[-1]
    live.scene.act(CHEN, "end_sealed_part")
    live.does(WANG, "phone", HAIYUN, check="asked")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    with live.scene.look() as (sitting, case):
        paper = paper_of(sitting, case, live.clock.now())
    told = "\n".join(line.words if isinstance(line.words, str) else line.words.render("en") for line in paper.postings)
    assert "Made sure who it is: as the note says. Heard by:" in told and "recipe" not in told
    assert "She named the recipe" not in Browser(app, live.scene, HAIYUN).get("/live/recording/1")
    assert "She named the recipe" in Browser(app, live.scene, LI).get("/live/recording/1")


def test_nobody_is_on_the_telephone_while_the_court_deliberates(live: Live) -> None:
    """Those who decide are alone: what was heard by telephone is over before, and is noted anew after (REC 3)."""
    live.opened()
    live.does(WANG, "phone", LI, check="asked")
    live.does(CHEN, "deliberate")
    assert [line.what for line in live.lines()][-2:] == [What.PHONE_OVER, What.DELIBERATES]
    live.does(CHEN, "reassemble")
    assert live.person(LI).phone_since is None


def test_who_is_ordered_out_is_off_the_telephone_too(live: Live) -> None:
    """They are out of the room by every way (CTR 19)."""
    live.opened()
    live.does(WANG, "phone", LI, check="asked")
    for step in ("warned", "admonished", "ordered_out"):
        live.scene.act(CHEN, "keep_order", who=live.person(LI).reference, step=step, words="Be quiet.")
    assert [line.what for line in live.lines()][-2:] == [What.PHONE_OVER, What.ORDER]
    assert live.person(LI).phone_since is None


def test_a_device_that_is_back_is_told_to_the_court(live: Live, app: Flask) -> None:
    """Until it is noted that the telephone is off, nothing stops the hearing if the device is lost again: who sits for the court
    reads it, nobody else.
    """
    live.opened()
    lost(live, LI)
    live.does(WANG, "phone", LI, check="asked")
    live.does(CHEN, "resume")
    live.scene.act(CHEN, "suspend_live_hearing", words="The lights are out.")
    assert live.entry("suspend_live_hearing")[-1]["result"]["missing"] == [], "who is heard is not missing"
    live.does(CHEN, "resume")
    wang = Browser(app, live.scene, WANG)
    page = wang.get("/live/room")
    assert "Note it when the telephone is off" not in page and "By telephone, voice only" in page
    live.clock.advance(timedelta(seconds=5))
    live.media.happens("back", live.person(LI).reference)
    live.follow()
    page = wang.get("/live/room")
    assert f"The device of {LI} is back since" in page and "By telephone, voice only" not in page
    page = Browser(app, live.scene, HAIYUN).get("/live/room")
    assert f"{LI} is heard by telephone since" in page and "Note it when the telephone is off" not in page


def test_who_may_note_it_and_of_whom(live: Live) -> None:
    """The clerk or the judge, of a party that came; no witness, whom nobody sees; nobody by a way that is not named."""
    live.opened()
    witness(live)
    with pytest.raises(Forbidden):
        live.does(LI, "phone", LI, check="asked")
    with pytest.raises(ActNotOpen, match="nobody can see"):
        live.does(WANG, "phone", ZHAO, check="asked")
    for check, words in (("", "x"), ("no_way", "x"), ("other", " ")):
        with pytest.raises(InvalidInput):
            live.does(WANG, "phone", LI, check=check, words=words)
    with pytest.raises(InvalidInput):
        live.does(WANG, "phone", CHEN, check="asked")
    live.does(CHEN, "phone", LI, check="known")
    live.does(CHEN, "phone", LI, check="known")
    assert [line.what for line in live.lines()].count(What.PHONED) == 1
    assert live.person(LI).phone_since == BEGINS
