"""Captions name whoever is heard: by name and role for whom the list of people is, by role alone for a witness (OLR 26; EV 72)."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from odr.app import create_app
from odr.docket.models import Role
from odr.hearing.live import journal
from odr.hearing.live.models import LivePerson
from odr.hearing.live.views import speakers_for
from odr.hearing.live.vocabulary import Place
from tests.hearing.live.conftest import Live
from tests.hearing.live.test_kept_apart import ZHAO, witness
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG
from tests.hearing.test_pages import Browser


@pytest.fixture
def app(live: Live) -> Flask:
    """The application of the scene's court, with captions."""
    object.__setattr__(live.scene.court.settings, "speech_model", "set")
    return create_app(court=live.scene.court)


def named(page: str) -> dict[str, str]:
    """Who is named on a page, by reference."""
    return dict(re.findall(r'data-speaker="([^"]+)">([^<]*)<', page))


def test_a_witness_who_was_called_is_named_until_the_end(live: Live, app: Flask) -> None:
    """Before, nobody but the court has a name for them; then name and role, and for their last words, which come a moment
    after they wait apart again.
    """
    live.opened()
    witness(live)
    who = live.person(ZHAO).reference
    li, wang = Browser(app, live.scene, LI), Browser(app, live.scene, WANG)
    for page in ("/live/room", "/live/room/now"):
        assert who not in named(li.get(page)) and named(li.get(page))[live.person(HAIYUN).reference] == HAIYUN
    live.does(CHEN, "call", ZHAO)
    assert named(li.get("/live/room"))[who] == named(wang.get("/live/room/now"))[who] == f"{ZHAO} (witness)"
    live.does(CHEN, "isolate", ZHAO)
    assert named(li.get("/live/room/now"))[who] == f"{ZHAO} (witness)"
    assert named(Browser(app, live.scene, LI, "zh-Hans").get("/live/room"))[who] == f"{ZHAO}（证人）"


def test_who_waits_outside_has_no_names(live: Live, app: Flask) -> None:
    """Whom the hearing does not reach reads no caption, and no name of one."""
    live.opened()
    he = live.person(HAIYUN).reference
    wu = Browser(app, live.scene, HAIYUN)
    assert he in named(wu.get("/live/room"))
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A secret is shown.")
    assert named(wu.get("/live/room")) == named(wu.get("/live/room/now")) == {}


def test_a_witness_reads_roles_and_no_names(live: Live) -> None:
    """They see nobody, yet know whether judge or party speaks: the role, numbered where several share it; no other witness."""
    live.opened()
    witness(live, Place.ROOM)
    with live.scene.look() as (sitting, _):
        room = live.room()
        me = next(p for p in room.people if p.name == ZHAO)
        now = {"room_id": room.id, "came_at": live.clock.now(), "proven_at": live.clock.now()}
        for number, (role, name) in enumerate(((Role.CLAIMANT, "Li Wu"), (Role.WITNESS, "Qian Er")), 1):
            room.people.append(
                LivePerson(reference=f"r{number}", account_id=number, role=role, name=name, place=Place.ROOM, **now)
            )
        told = speakers_for(room, me, Role.WITNESS, journal.called(sitting.session, room))
        words = {reference: name if isinstance(name, str) else name.render("en") for reference, name in told}
    assert words.pop(me.reference) == f"{ZHAO} (witness)"
    assert sorted(words.values()) == ["claimant 1", "claimant 2", "clerk", "judge", "respondent"]
    assert words[live.person(LI).reference] == "claimant 1" and words["r1"] == "claimant 2"
