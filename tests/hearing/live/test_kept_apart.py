"""What was said and shown in a sealed part, or decided in a deliberation, reaches nobody else: not while it goes on, and not after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from odr.app import create_app
from odr.docket.models import Role
from odr.ground.errors import ActNotOpen
from odr.hearing.live.models import LivePerson
from odr.hearing.live.vocabulary import Mic, Place, RoomState
from odr.identity.actors import Actor
from tests.hearing.live.conftest import Live
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import Browser

ZHAO = "Zhao Min"


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court."""
    return create_app(court=live.scene.court)


def witness(live: Live, place: Place = Place.ISOLATED) -> None:
    """A witness has come."""
    with live.scene.sit() as (sitting, _):
        now = live.clock.now()
        given = {"came_at": now, "proven_at": now, "place": place, "mic": Mic.MUTED, "may_stay": True}
        sitting.session.add(LivePerson(room_id=live.room().id, account_id=10**6, role=Role.WITNESS, name=ZHAO, **given))


def test_who_waited_outside_reads_nothing_of_it_afterwards(live: Live, app: Flask) -> None:
    """The sealed part is over and everybody is back: its notes, orders and exhibit stay with those who were in it."""
    live.opened()
    with live.scene.look() as (_, case):
        label = case.party(live.scene.parties[LI]).letter + "-1"
    he = live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A secret is shown.")
    live.does(CHEN, "show", exhibit=label, page=1)
    live.does(WANG, "note", words="The recipe: salt.")
    wu = Browser(app, live.scene, HAIYUN)
    assert "The recipe: salt." not in wu.get("/live/room")
    live.scene.act(CHEN, "end_sealed_part")
    for page in ("/live/room", "/live/room/now"):
        assert "The recipe: salt." not in wu.get(page)
        assert "The recipe: salt." in Browser(app, live.scene, LI).get(page)
    assert live.room().exhibit_id is None
    assert [do for do, _ in live.media.asked[-2:]] == ["page", "unseal"]
    wu.get("/live/room/exhibit", 404)
    live.scene.act(CHEN, "seal_part", reason="privacy", outside=[], words="Another part.")
    live.does(WANG, "note", words="The illness: gout.")
    live.scene.act(CHEN, "end_sealed_part")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    page = wu.get("/live/recording/1")
    assert "The recipe: salt." not in page and "The illness: gout." in page


def test_a_witness_is_not_told_why_it_stands_still(live: Live, app: Flask) -> None:
    """Who is in the hearing, and what failed or was said, is nothing for somebody who waits to be heard."""
    live.opened()
    live.media.happens("lost", live.person(HAIYUN).reference)
    live.follow()
    live.clock.advance(timedelta(seconds=20))
    live.follow()
    with app.test_request_context():
        stop = app.jinja_env.get_template("hearing/live/_stops.html")
        told = {
            role: stop.make_module({"actor": Actor(role=role)}).__dict__["stop"](live.room())
            for role in (Role.WITNESS, Role.EXPERT, Role.CLAIMANT)
        }
    assert HAIYUN in told[Role.CLAIMANT]
    assert all(HAIYUN not in told[role] and "mended" in told[role] for role in (Role.WITNESS, Role.EXPERT))


def test_nobody_deliberates_in_a_sealed_part(live: Live) -> None:
    """The media room would go on recording for those who stayed: the part is ended first."""
    live.opened()
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    with pytest.raises(ActNotOpen, match="sealed"):
        live.does(CHEN, "deliberate")
    assert live.media.orders("deliberate") == [] and live.room().state is RoomState.OPEN


def test_nobody_is_called_into_a_sealed_part(live: Live) -> None:
    """Who was outside when it was sealed would be said to be in the room and hear nothing."""
    live.opened()
    witness(live)
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    with pytest.raises(ActNotOpen, match="sealed"):
        live.does(CHEN, "call", ZHAO)
    assert live.person(ZHAO).place is Place.ISOLATED
    live.scene.act(CHEN, "end_sealed_part")
    live.does(CHEN, "call", ZHAO)
    assert live.person(ZHAO).place is Place.ROOM
