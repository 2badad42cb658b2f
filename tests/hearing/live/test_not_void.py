"""What would make a hearing void, or an absence of one who was there, is refused before it happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odr.docket.models import Role, Seat
from odr.ground.errors import ActNotOpen
from odr.hearing import desks
from odr.hearing.live import faults
from odr.hearing.live.models import LivePerson
from odr.hearing.live.vocabulary import Place, RoomState
from odr.hearing.vocabulary import Presence
from tests.hearing.live.conftest import BEGINS, Live
from tests.hearing.live.test_kept_apart import ZHAO, witness
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG


def comes_all(live: Live, *who: str) -> None:
    """At their hour some of the court, and both sides, are there."""
    live.clock.set(BEGINS.replace(minute=20))
    for name in who:
        live.comes(name)
    live.enters(LI)
    live.enters(HAIYUN)
    live.clock.set(BEGINS)


def test_no_hearing_without_a_clerk(live: Live) -> None:
    """A clerk finds out who has come and keeps the record (CPL 140, 150)."""
    comes_all(live, CHEN)
    with pytest.raises(ActNotOpen, match="No clerk"):
        live.scene.act(CHEN, "open_live_hearing")
    assert live.media.segment is None, "nothing is recorded meanwhile"
    live.comes(WANG)
    for name in (WANG, CHEN):
        # Waiting rooms are looked at by the page of the room, not by the worker's round.
        live.media.happens("left", live.person(name).reference)
    faults.follow(live.scene.court, live.room().id)
    with pytest.raises(ActNotOpen, match="No clerk"):
        live.scene.act(CHEN, "open_live_hearing")
    live.media.happens("back", live.person(WANG).reference)
    faults.follow(live.scene.court, live.room().id)
    live.scene.act(CHEN, "open_live_hearing")


def test_no_hearing_without_all_who_decide(live: Live) -> None:
    """An assessor of the panel is not here: only who has heard decides, so nothing is heard yet (CPL 40)."""
    comes_all(live, CHEN, WANG)
    with live.scene.sit() as (sitting, case):
        clerk = live.scene.accounts[HAIYUN]
        seat = Seat(case_id=case.id, account_id=clerk, role=Role.ASSESSOR, from_at=live.clock.now())
        sitting.session.add(seat)
    with pytest.raises(ActNotOpen, match="decides this case with the others"):
        live.scene.act(CHEN, "open_live_hearing")
    assert live.room().state is RoomState.WAITING


def absences(live: Live) -> list[str]:
    """Absences put before the judge."""
    with live.scene.look() as (court, case):
        return [task.title["en"] for task in court.tasks(case, desks.ABSENCE)]


def test_who_waited_at_the_door_is_not_absent(live: Live) -> None:
    """Nobody admitted the respondent: the hearing is not closed as if they had not come."""
    comes_all(live, CHEN, WANG)
    live.scene.act(CHEN, "open_live_hearing")
    live.does(CHEN, "admit", LI)
    with pytest.raises(ActNotOpen, match="would count as absent"):
        live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.does(CHEN, "admit", HAIYUN)
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert {a.name: a.presence for a in live.hearing().attendances} == {LI: Presence.ONLINE, HAIYUN: Presence.ONLINE}
    assert absences(live) == []


def test_not_closed_for_good_while_a_party_is_cut_off(live: Live) -> None:
    """Gone and not ruled on: it may go on another day, but is not over (OLR 25)."""
    live.opened()
    live.media.happens("lost", live.person(HAIYUN).reference)
    live.follow()
    with pytest.raises(ActNotOpen, match="nobody ruled that they left"):
        live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert live.room().state is RoomState.OPEN
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")


def test_a_prompt_is_of_one_absence(live: Live) -> None:
    """Prompted, back, gone again: whoever is to be found to have left is prompted anew, and kept out once found."""
    live.opened()
    he = live.person(HAIYUN).reference
    live.does(CHEN, "floor", HAIYUN)
    live.media.happens("lost", he)
    live.follow()
    live.does(CHEN, "prompt", HAIYUN)
    live.does(CHEN, "tell", HAIYUN)
    live.clock.advance(timedelta(seconds=5))
    live.media.happens("back", he)
    live.follow()
    live.clock.advance(timedelta(seconds=5))
    live.media.happens("lost", he)
    live.follow()
    with pytest.raises(ActNotOpen, match="Prompt"):
        live.does(CHEN, "tell", HAIYUN)
    live.does(CHEN, "prompt", HAIYUN)
    live.does(CHEN, "tell", HAIYUN)
    live.scene.act(CHEN, "rule_on_leaving", who=he, finding="left", reasons="Neither prompt nor warning helped.")
    assert live.media.orders("remove") == [{"person": he, "why": "left"}]
    assert live.person(HAIYUN).place is Place.OUT and live.room().floor_id is None


def test_a_witness_never_called_was_not_heard(live: Live) -> None:
    """Who waited alone to the end is not on the roll; who was called is."""
    live.opened()
    witness(live)
    with live.scene.sit() as (sitting, _):
        now = live.clock.now()
        heard = {**{c: getattr(live.person(ZHAO), c) for c in ("role", "mic", "may_stay")}, "name": "Qian Wei"}
        heard |= {"account_id": 10**6 + 1, "came_at": now, "proven_at": now, "place": Place.ISOLATED}
        sitting.session.add(LivePerson(room_id=live.room().id, **heard))
    live.does(CHEN, "call", "Qian Wei")
    live.does(CHEN, "isolate", "Qian Wei")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert {a.name for a in live.hearing().attendances} == {LI, HAIYUN, "Qian Wei"}
