"""The pages of a hearing held here, as judge, clerk, parties and a stranger see them; every step a form that works alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from odr.app import create_app
from odr.hearing.live.queries import segments_of
from odr.hearing.live.views import may_play
from odr.hearing.live.vocabulary import Mic, Place, RoomState
from tests.hearing.live.conftest import BEGINS, Live, gathered
from tests.hearing.scene import BAIHUA, CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import ORIGIN, Browser


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def test_waiting_and_entering(live: Live, app: Flask) -> None:
    """The page says what comes, and when the doors open lets in whoever confirms all; it then says that they are here."""
    li = Browser(app, live.scene, LI)
    assert "The waiting room opens half an hour before." in li.get("/live")
    assert "Enter the hearing</a>" not in li.get("/live")
    live.clock.set(BEGINS - timedelta(minutes=20))
    li = Browser(app, live.scene, LI)
    assert "20 minutes until 09:30" in li.get("/live") and "Enter the hearing</a>" in li.get("/live")
    page = li.get("/live/enter")
    assert "I do not record, photograph, capture or pass on this hearing" in page
    assert li.get("/live/room", 303)
    refused = li.post("/live/enter", page, 422, rights="true", rules="true", password="wrong")
    assert "Confirm this before you enter" in refused or "Password" in refused
    live.enters(LI)
    page = li.get("/live")
    assert "Go into the room" in page and "Your identity is confirmed." in page
    assert "Picture and sound need JavaScript" in page
    li.post("/live/room", page, do="message", words="My camera is slow.", back="waiting")
    assert "My camera is slow." in li.get("/live")
    assert "My camera is slow." not in Browser(app, live.scene, HAIYUN).get("/live")
    assert "等候" in Browser(app, live.scene, HAIYUN, "zh-Hans").get("/live")


def test_check_of_equipment(live: Live, app: Flask) -> None:
    """Five answers are kept, and nothing else but numbers; one that is missing is asked for; a failing one opens what helps."""
    li = Browser(app, live.scene, LI)
    page = li.get("/live/check")
    assert "Say whether it works." in li.post("/live/check", page, 422, camera="works")
    answers = {"camera": "works", "microphone": "works", "speaker": "works", "network": "weak", "place": "works"}
    sent = {**answers, "call": "138 0000 2207", "measured-delay": "84", "measured-name": "<script>"}
    li.post("/live/check", page, **sent)
    page = li.get("/live/check")
    assert "Works in part" in page and "138 0000 2207" in page
    assert re.search(r'<details class="govuk-details" open>.*?Go nearer to the router', page, re.DOTALL)
    gathered(live)
    assert "138 0000 2207" in Browser(app, live.scene, WANG).get("/live/room")
    assert "138 0000 2207" not in Browser(app, live.scene, HAIYUN).get("/live/room")


def test_steps_by_forms(live: Live, app: Flask) -> None:
    """Everything the bench does is a button that works without a script; a party sees what reaches them and three controls."""
    live.opened()
    chen, li = Browser(app, live.scene, CHEN), Browser(app, live.scene, LI)
    room = li.get("/live/room")
    assert "Raise a hand" in room and "by the court" in room and "Mute all" not in room
    li.post("/live/room", room, do="hand")
    bench = chen.get("/live/room")
    assert f"Next hand: {LI}" in bench
    ref = live.person(LI).reference
    chen.post("/live/room", bench, do=f"floor:{ref}")
    assert live.person(LI).mic is Mic.OPEN and f"{LI} has the floor." in li.get("/live/room")
    chen.post("/live/room", bench, do=f"lock:{ref}")
    assert "Muted and locked" in chen.get("/live/room")
    assert "Role" not in li.post("/live/room", room, 403, do=f"unmute:{ref}")
    chen.post("/live/room", bench, 200, do="pause")
    assert live.room().state is RoomState.OPEN
    assert "Write the hour like 09:30." in chen.post("/live/room", bench, 422, do="pause", sure="yes", until="soon")
    chen.post("/live/room", bench, do="pause", sure="yes", until="10:45", words="Lunch")
    assert "A break until 10:45" in li.get("/live/room") and "A break until 10:45" in li.get("/live")
    chen.post("/live/room", bench, do="resume")
    assert live.room().state is RoomState.OPEN


def test_what_changed(live: Live, app: Flask) -> None:
    """Asked again nothing is sent while nothing changed; then the parts."""
    live.opened()
    li = Browser(app, live.scene, LI)
    tag = re.search(r'data-tag="([^"]+)"', li.get("/live/room"))
    assert tag is not None
    assert li.get(f"/live/room/now?known={tag[1]}", 204) == ""
    live.does(CHEN, "note", words="The judge looks at the file.")
    assert "The judge looks at the file." in li.get(f"/live/room/now?known={tag[1]}")


def test_nothing_done_from_the_room_leaves_it(live: Live, app: Flask) -> None:
    """An act of the judge's opens beside the room: who writes its reasons for a minute stays connected meanwhile."""
    gathered(live)
    for _ in range(2):
        page = Browser(app, live.scene, CHEN).get("/live/room")
        acts = [link for link in re.findall(r"<a [^>]*>", page) if "/do/" in link]
        assert acts and all('target="_blank"' in link for link in acts)
        if live.room().state is RoomState.WAITING:
            live.scene.act(CHEN, "open_live_hearing")


def test_who_gets_a_ticket_and_the_page(live: Live, app: Flask) -> None:
    """Only who came; nobody who was put out. The exhibit's page reaches whom the hearing reaches."""
    settings = live.scene.court.settings
    assert not settings.has_media_room
    gathered(live)
    li = Browser(app, live.scene, LI)
    room = li.get("/live/room")
    assert "ticket" in li.post("/live/room/ticket", room, 200)
    live.scene.act(CHEN, "open_live_hearing")
    with live.scene.look() as (_, case):
        label = case.party(live.scene.parties[HAIYUN]).letter + "-1"
    live.does(CHEN, "show", exhibit=label, page=1)
    li.get("/live/room/exhibit", 404)
    live.does(CHEN, "admit", LI)
    answer = li.client.get(li.base + "/live/room/exhibit", base_url=ORIGIN)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    for step in ("warned", "admonished", "ordered_out"):
        live.scene.act(CHEN, "keep_order", who=live.person(LI).reference, step=step, words="Be quiet.")
    assert live.person(LI).place is Place.OUT
    li.post("/live/room/ticket", room, 403)
    li.get("/live/room/exhibit", 404)
    assert "You are out of the room" in li.get("/live")
    Browser(app, live.scene, BAIHUA).get("/live", 404)


def test_afterwards(live: Live, app: Flask) -> None:
    """The page names what was not recorded, proves the journal, and leaves out what was sealed from its reader."""
    live.opened()
    he = live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="The recipe is read.")
    live.does(WANG, "note", words="The recipe: salt.")
    live.clock.advance(timedelta(minutes=2))
    live.scene.act(CHEN, "end_sealed_part")
    live.does(CHEN, "pause")
    live.clock.advance(timedelta(minutes=5))
    live.does(CHEN, "resume")
    live.clock.advance(timedelta(minutes=1))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.follow()
    li, wu = Browser(app, live.scene, LI), Browser(app, live.scene, HAIYUN)
    page = li.get("/live/recording/1")
    assert "Break: not recorded" in page and "The journal is whole" in page and "The recipe: salt." in page
    assert live.hearing().recording_sha256 is not None and str(live.hearing().recording_sha256) in page
    other = wu.get("/live/recording/1")
    assert "The recipe: salt." not in other and "not open to you" in other
    assert "The recipe: salt." not in wu.get("/examination/record")
    assert "/live/recording/1" in li.get("/examination")
    with live.scene.look() as (court, _):
        pieces = segments_of(court.session, live.room())
        assert [piece.key is not None for piece in pieces] == [False, True, False]
        mine, theirs = live.scene.viewer(court, LI), live.scene.viewer(court, HAIYUN)
        assert [may_play(court, mine, live.room(), piece) for piece in pieces] == [True, True, True]
        assert [may_play(court, theirs, live.room(), piece) for piece in pieces] == [True, False, True]
    wu.get(f"/live/recording/1/2/{he}", 404)
    li.get("/live/recording/2", 404)
    assert "The hearing is closed" in li.get("/live")


def test_not_set_up(live: Live, app: Flask) -> None:
    """Without a media room the page says so plainly, with the ways that stay."""
    live.scene.court.ports.media = None
    page = Browser(app, live.scene, LI).get("/live")
    assert "not set up at this court" in page and "in the courtroom, by outside video" in page
