"""Somebody whose video fails is heard by telephone: noted with what it is by the rules, read by all, in the record (OLR 21, 25)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from odr.app import create_app
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.live.vocabulary import BY_PHONE, RoomState, What
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


def test_it_stands_in_the_record_and_nobody_was_absent(live: Live) -> None:
    """Closing ends it; journal, attendance and record say that it was by voice only."""
    live.opened()
    lost(live, LI)
    live.does(WANG, "phone", LI, check="other", words="She named order 7 and its day.")
    live.does(CHEN, "resume")
    live.clock.advance(timedelta(minutes=5))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert [line.what for line in live.lines()][-2:] == [What.PHONE_OVER, What.CLOSED]
    with live.scene.look() as (sitting, case):
        (she,) = [a for a in live.hearing().attendances if a.name == LI]
        assert (she.presence, she.note) == (Presence.ONLINE, BY_PHONE)
        paper = paper_of(sitting, case, live.clock.now())
    present = [line.presence.render("en") for line in paper.present if line.name == LI]
    assert "for a while by telephone, by voice only" in present[0]
    told = "\n".join(line.words if isinstance(line.words, str) else line.words.render("en") for line in paper.postings)
    assert "Note: She named order 7 and its day." in told and "no longer heard by telephone" in told


def test_who_waits_at_the_door_can_be_heard_too(live: Live) -> None:
    """They came with their identity proven; their device shows nothing: heard by telephone they were not absent."""
    gathered(live)
    live.scene.act(CHEN, "open_live_hearing")
    live.does(CHEN, "admit", LI)
    live.does(WANG, "phone", HAIYUN, check="asked")
    assert live.lines()[-1].facts["heard_by"] == [CHEN, WANG, LI]
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    with live.scene.look() as _:
        (he,) = [a for a in live.hearing().attendances if a.name == HAIYUN]
        assert he.presence is Presence.ONLINE and he.note == BY_PHONE


@pytest.mark.parametrize(
    "words", ["Called 13912345678.", "Called +86 139-1234-5678", "on (010) 6555 1234", "１３９１２３４５６７８"]
)
def test_no_number_is_printed_to_the_parties(live: Live, app: Flask, words: str) -> None:
    """What may be a telephone number is refused, and what was typed stands in the field still."""
    live.opened()
    wang = Browser(app, live.scene, WANG)
    page = wang.get("/live/room")
    answer = wang.post("/live/room", page, 422, do="phone", who=live.person(LI).reference, check="other", words=words)
    assert "Write no telephone number here" in answer and words in answer
    assert live.person(LI).phone_since is None


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
