"""A hearing held by the court's own video, from the door to the closing link of its recording."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from odr.docket.models import Role, Stage
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, StepUpNeeded
from odr.hearing.desks import ABSENCE
from odr.hearing.live import faults, journal, views
from odr.hearing.live.media.control import Do
from odr.hearing.live.models import LiveAck, LivePerson, LiveRoom
from odr.hearing.live.queries import segments_of
from odr.hearing.live.vocabulary import Mic, Place, RoomState, Rung
from odr.hearing.models import Hearing
from odr.hearing.record.papers import said_in_record
from odr.hearing.ripeness.basis import held
from odr.hearing.vocabulary import HearingState, IdentityCheck, Presence
from odr.procedure.models import Task
from tests.hearing.live.conftest import BEGINS, Live, gathered
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG


def test_held_from_door_to_closing_link(live: Live) -> None:
    """Every stage is gone through, an exhibit shown; the closing entry anchors the journal, the clock then the recording,
    and a judgment may rest on it.
    """
    live.opened()
    live.does(CHEN, "floor", LI)
    live.does(CHEN, "stage")
    with live.scene.look() as (court, case):
        label = case.party(live.scene.parties[LI]).letter + "-1"
    live.does(CHEN, "show", exhibit=label, page=1)
    live.does(WANG, "note", words="Li: I stand by my claim.")
    for _ in range(2):
        live.does(CHEN, "stage")
    live.clock.advance(timedelta(hours=1))
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.follow()
    hearing = live.hearing()
    assert hearing.state is HearingState.HELD and hearing.stages == ["investigation", "debate", "final"]
    assert len(hearing.shown) == 1 and hearing.begun_at == BEGINS
    assert {(a.name, a.presence, a.identity) for a in hearing.attendances} == {
        (LI, Presence.ONLINE, IdentityCheck.ONLINE),
        (HAIYUN, Presence.ONLINE, IdentityCheck.ONLINE),
    }
    closing = live.entry("close_live_hearing")[0]["result"]
    room = live.room()
    assert (
        closing["journal"]
        == {"lines": room.lines, "sha256": room.head}
        == {
            "lines": len(live.lines()),
            "sha256": live.lines()[-1].digest,
        }
    )
    kept = live.entry("keep_recording")[0]["result"]
    assert kept["sha256"] == hearing.recording_sha256 and [p["segment"] for p in kept["pieces"]] == [1]
    with live.scene.look() as (court, case):
        assert [h.id for h in held(court, case)] == [hearing.id]
        lines = said_in_record(court, case, live.scene.viewer(court, LI))
    written = "\n".join(line.line.words.render("en") for line in lines if line.line.words)
    assert "Li: I stand by my claim." in written
    assert live.media.orders("close") == [{}]


def test_nobody_opens_without_a_recorder(live: Live) -> None:
    """The recorder does not start, or the room is away: the hearing is not opened, and the entry is not made."""
    gathered(live)
    live.media.recorder_works = False
    with pytest.raises(ActNotOpen, match="recorder is not running"):
        live.scene.act(CHEN, "open_live_hearing")
    live.media.recorder_works, live.media.away = True, True
    with pytest.raises(ActNotOpen, match="recorder is not running"):
        live.scene.act(CHEN, "open_live_hearing")
    assert live.room().state is RoomState.WAITING and live.entry("open_live_hearing") == []
    live.media.away = False
    live.scene.act(CHEN, "open_live_hearing")
    assert live.room().state is RoomState.OPEN and live.media.orders("record")[-1] == {"segment": 1}


def test_doors(live: Live) -> None:
    """Half an hour before, with identity proven again and everything confirmed; not opened before its hour."""
    live.clock.set(BEGINS - timedelta(minutes=31))
    with pytest.raises(ActNotOpen, match="half an hour"):
        live.enters(LI)
    live.clock.set(BEGINS - timedelta(minutes=30))
    live.scene.strong = False
    with pytest.raises(StepUpNeeded):
        live.enters(LI)
    live.scene.strong = True
    with pytest.raises(InvalidInput):
        live.scene.act(LI, "enter_hearing", rights=True, rules=True, no_recording=False)
    live.enters(LI)
    assert live.person(LI).place is Place.DOOR and live.person(LI).entry_number is not None
    live.comes(CHEN)
    with pytest.raises(ActNotOpen, match="not opened before"):
        live.scene.act(CHEN, "open_live_hearing")


def test_the_slower_of_two_who_ask_undoes_nothing(live: Live) -> None:
    """The worker reads a line that is not confirmed yet and is slow; meanwhile the request that wrote it and the next one are
    obeyed. What the worker asks then is past.
    """
    live.opened()
    live.does(CHEN, "floor", LI)
    li, haiyun = live.person(LI).reference, live.person(HAIYUN).reference

    def others(do: Do, what: Mapping[str, Any]) -> None:
        if do is Do.FLOOR and what["person"] == haiyun:
            live.media.meanwhile = None
            live.does(CHEN, "mute", HAIYUN)
            live.does(CHEN, "floor", LI)

    live.media.meanwhile = others
    live.does(CHEN, "floor", HAIYUN)
    assert live.media.meanwhile is None
    assert [order["person"] for order in live.media.orders("floor")][-2:] == [haiyun, li]
    assert live.media.orders("mute")[-1]["person"] == haiyun


def test_written_first_then_obeyed(live: Live) -> None:
    """A room that is away loses nothing: the line stands unconfirmed, and is asked again in order."""
    live.opened()
    live.media.away = True
    live.does(CHEN, "floor", LI)
    live.does(CHEN, "lock", HAIYUN)
    with live.scene.look() as (court, _):
        waiting = [line.what.value for line in journal.unconfirmed(court.session, live.room())]
    assert waiting == ["floor", "locked"] and live.person(HAIYUN).mic is Mic.LOCKED
    live.media.away = False
    live.follow()
    with live.scene.look() as (court, _):
        assert journal.unconfirmed(court.session, live.room()) == []
        acks = court.session.scalars(select(LiveAck)).all()
    assert all(ack.refused is None for ack in acks)
    assert [do for do, _ in live.media.asked[-2:]] == ["floor", "mute"]
    assert live.media.orders("mute")[-1] == {"person": live.person(HAIYUN).reference, "lock": True}


def test_the_ladder_of_order(live: Live) -> None:
    """Only the next step is open; an order to leave puts out, a removed person is not let in again, and one who was ordered out may be sent for."""
    live.opened()
    he = live.person(HAIYUN).reference

    def step(rung: str) -> None:
        live.scene.act(CHEN, "keep_order", who=he, step=rung, words="Do not interrupt.")

    for wrong in ("admonished", "ordered_out", "removed"):
        with pytest.raises(InvalidInput):
            step(wrong)
    step("warned")
    with pytest.raises(InvalidInput):
        step("warned")
    step("admonished")
    assert live.person(HAIYUN).place is Place.ROOM
    step("ordered_out")
    assert live.person(HAIYUN).place is Place.OUT
    assert live.media.orders("remove") == [{"person": he, "why": "ordered_out"}]
    step("removed")
    assert live.person(HAIYUN).rung is Rung.REMOVED
    with pytest.raises(ActNotOpen, match="not let in again"):
        live.enters(HAIYUN)
    with pytest.raises(InvalidInput):
        step("removed")
    assert [e["result"]["step"] for e in live.entry("keep_order")] == [rung.value for rung in Rung]


def test_a_sealed_part(live: Live) -> None:
    """A key of its own that only the vault opens; who waits outside is reached by nothing, and all are back after."""
    live.opened()
    li, he = live.person(LI).reference, live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A trade secret is shown.")
    order = live.media.orders("seal")[0]
    assert set(order["stay"]) == {live.person(name).reference for name in (CHEN, WANG, LI)} and len(order["key"]) == 32
    with live.scene.look() as (court, _):
        room = live.room()
        sealed = segments_of(court.session, room)[1]
        assert sealed.key is not None and order["key"] not in sealed.key
        assert all(order["key"] not in repr(line.orders).encode() for line in live.lines())
        inside = [line for line in live.lines() if line.what.value == "sealed"]
        for name, reads in ((LI, True), (HAIYUN, False)):
            me = live.person(name)
            stayed = journal.stayed_in(court.session, room, me)
            assert journal.reads_line(inside[0], me.role, me, stayed, of_court=False) is reads
    with pytest.raises(ActNotOpen, match="sealed"):
        live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.scene.act(CHEN, "end_sealed_part")
    assert live.media.orders("unseal") == [{"segment": 3}] and live.person(HAIYUN).may_stay
    assert li != he


def test_what_is_shown_while_a_party_is_outside_was_not_shown_to_it(live: Live) -> None:
    """Sent out for a sealed part, a party is heard on nothing of it: the exhibit counts as shown once it is shown to everybody
    (CPL 71; CPI 103).
    """
    live.opened()
    live.does(CHEN, "stage")
    with live.scene.look() as (_, case):
        label = case.party(live.scene.parties[LI]).letter + "-1"
    he = live.person(HAIYUN).reference
    for outside, shown in (([he], 0), ([], 1)):
        live.scene.act(CHEN, "seal_part", reason="secret", outside=outside, words="A trade secret is shown.")
        live.does(CHEN, "show", exhibit=label, page=1)
        assert len(live.room().shown) == shown
        live.scene.act(CHEN, "end_sealed_part")


def test_a_witness_is_called_and_never_admitted(live: Live) -> None:
    """Whoever is to be heard of the facts hears nothing before: not at the door, not isolated, by nobody's move."""
    gathered(live)
    with live.scene.sit() as (sitting, _):
        room = sitting.session.get_one(LiveRoom, live.room().id)
        role, name = Role.WITNESS, "Zhao Min"
        now = live.clock.now()
        given = {"came_at": now, "proven_at": now, "place": Place.DOOR, "mic": Mic.MUTED, "may_stay": True}
        sitting.session.add(LivePerson(room_id=room.id, account_id=10**6, role=role, name=name, **given))
    for before in (True, False):
        for who in (CHEN, WANG):
            with pytest.raises(ActNotOpen, match="wait apart"):
                live.does(who, "admit", name)
        if before:
            live.scene.act(CHEN, "open_live_hearing")
    with live.scene.look() as (court, _):
        assert "admit" not in views.moves_on(live.room(), live.scene.viewer(court, CHEN), live.person(name))
    live.does(CHEN, "call", name)
    assert live.person(name).place is Place.ROOM


def test_gone_for_too_long(live: Live) -> None:
    """19 seconds do nothing, 20 stop the hearing by the court itself; place kept; back, it goes on; a fault is no absence."""
    live.opened()
    live.media.happens("lost", live.person(LI).reference)
    live.follow()
    assert live.room().state is RoomState.OPEN and live.person(LI).lost_at == BEGINS
    live.clock.advance(timedelta(seconds=19))
    live.follow()
    assert live.room().state is RoomState.OPEN
    live.clock.advance(timedelta(seconds=1))
    live.follow()
    assert live.room().state is RoomState.SUSPENDED and live.person(LI).place is Place.ROOM
    assert live.entry("suspend_live_hearing")[0]["result"]["missing"] == [LI]
    assert live.media.orders("pause") == [{"why": "technology"}]
    with pytest.raises(ActNotOpen, match="prompted and then warned"):
        live.scene.act(
            CHEN, "rule_on_leaving", who=live.person(LI).reference, finding="left", reasons="Gone for a while."
        )
    live.media.happens("back", live.person(LI).reference)
    live.follow()
    live.scene.act(CHEN, "rule_on_leaving", who=live.person(LI).reference, finding="fault", reasons="The line broke.")
    live.does(CHEN, "resume")
    assert live.room().state is RoomState.OPEN and live.media.orders("resume") == [{}]
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    assert live.entry("close_live_hearing")[0]["result"]["interruptions"][0]["why"] == "suspended"


def test_left_only_after_prompt_and_warning(live: Live) -> None:
    """Prompt, then warning, both while gone and in that order; then it may be found, and is put before the judge."""
    live.opened()
    he = live.person(HAIYUN).reference
    with pytest.raises(ActNotOpen, match="is not gone"):
        live.does(CHEN, "prompt", HAIYUN)
    live.media.happens("left", he)
    live.follow()
    with pytest.raises(ActNotOpen, match="Prompt"):
        live.does(CHEN, "tell", HAIYUN)
    live.does(CHEN, "prompt", HAIYUN)
    live.clock.advance(timedelta(seconds=5))
    live.does(CHEN, "tell", HAIYUN)
    live.scene.act(CHEN, "rule_on_leaving", who=he, finding="left", reasons="Neither prompt nor warning helped.")
    assert live.person(HAIYUN).place is Place.OUT
    assert live.entry("rule_on_leaving")[0]["result"]["finding"] == "left"


def test_a_fault_that_is_found_later_undoes_the_leaving(live: Live) -> None:
    """Found to have left, then that the line was cut in the whole street: they are let in again, the hearing waits for them as for
    anybody with a fault, and nothing about a default waits for the judge (OLR 25). Who was ordered out stays out.
    """
    live.opened()
    he = live.person(HAIYUN).reference
    live.media.happens("left", he)
    live.follow()
    live.does(CHEN, "prompt", HAIYUN)
    live.clock.advance(timedelta(seconds=5))
    live.does(CHEN, "tell", HAIYUN)
    live.scene.act(CHEN, "rule_on_leaving", who=he, finding="left", reasons="Neither prompt nor warning helped.")

    def waiting() -> list[Task]:
        with live.scene.look() as (court, case):
            return [task for task in court.tasks(case, ABSENCE) if task.done_at is None]

    assert len(waiting()) == 1
    live.scene.act(CHEN, "rule_on_leaving", who=he, finding="fault", reasons="The line was cut in the whole street.")
    assert (live.person(HAIYUN).place, live.person(HAIYUN).mic) == (Place.ROOM, Mic.MUTED)
    assert live.media.orders("admit")[-1]["person"] == he and waiting() == []
    live.clock.advance(timedelta(seconds=20))
    live.follow()
    assert live.room().state is RoomState.SUSPENDED
    live.media.happens("entered", he)
    live.follow()
    live.does(CHEN, "resume")
    assert live.room().state is RoomState.OPEN and live.person(HAIYUN).lost_at is None
    for step in ("warned", "admonished", "ordered_out"):
        live.scene.act(CHEN, "keep_order", who=he, step=step, words="Be quiet, please.")
    live.scene.act(CHEN, "rule_on_leaving", who=he, finding="fault", reasons="The line was cut in the whole street.")
    assert live.person(HAIYUN).place is Place.OUT


def test_the_recorder_stops(live: Live) -> None:
    """The hearing stands still at once; going on restores the room to what was decided and begins a new piece."""
    live.opened()
    live.does(CHEN, "lock", HAIYUN)
    live.media.happens("recorder_failed")
    live.follow()
    room = live.room()
    assert room.state is RoomState.SUSPENDED and not room.recorder_runs
    live.media.segment = None
    before = len(live.media.asked)
    live.does(CHEN, "resume")
    asked = live.media.asked[before:]
    assert [do for do, _ in asked] == [
        "open",
        "pause",
        "reassemble",
        "unseal",
        *["admit"] * 3,
        "mute",
        "admit",
        "mute",
        "resume",
    ]
    assert ("mute", {"person": live.person(HAIYUN).reference, "lock": True}) in asked
    assert live.media.segment == 2 and live.room().state is RoomState.OPEN


def test_deliberation_leaves_no_recording(live: Live) -> None:
    """The piece ends, only those who decide stay, and a new one begins afterwards."""
    live.opened()
    live.does(CHEN, "deliberate")
    assert (
        live.media.orders("deliberate") == [{"persons": [live.person(CHEN).reference]}] and live.media.segment is None
    )
    with pytest.raises(ActNotOpen, match="deliberates"):
        live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    live.does(CHEN, "reassemble")
    assert live.media.segment == 2
    with live.scene.look() as (court, _):
        assert [s.ended_at is not None for s in segments_of(court.session, live.room())] == [True, False]


def test_whose_floor_ends_with_a_deliberation_is_not_heard_after_it(live: Live) -> None:
    """The floor is nobody's any more, and the microphone that was open for it is off when everybody is back."""
    live.opened()
    live.does(CHEN, "floor", LI)
    live.does(CHEN, "deliberate")
    live.does(CHEN, "reassemble")
    assert (live.room().floor_id, live.person(LI).mic) == (None, Mic.MUTED)
    assert {"person": live.person(LI).reference, "lock": False} in live.media.orders("mute")[-3:]


def test_roles_in_the_room(live: Live) -> None:
    """A party steers nobody; the clerk gives no floor; nobody raises a hand from the door."""
    gathered(live)
    live.scene.act(CHEN, "open_live_hearing")
    with pytest.raises(Forbidden):
        live.does(LI, "mute", HAIYUN)
    with pytest.raises(Forbidden):
        live.does(WANG, "floor", LI)
    with pytest.raises(ActNotOpen, match="does not reach you"):
        live.does(LI, "hand")
    live.does(WANG, "admit", LI)
    live.does(LI, "hand")
    live.does(CHEN, "floor", LI)
    assert live.person(LI).hand_at is None and live.person(LI).mic is Mic.OPEN


def test_a_changed_journal_shows(live: Live) -> None:
    """One head or one line that is not what it was, and the journal says so."""
    live.opened()
    assert journal.is_whole(live.room(), live.lines())
    lines = live.lines()
    lines[2].words = "Something else."
    assert not journal.is_whole(live.room(), lines)
    assert not journal.is_whole(live.room(), live.lines()[:-1])
    with live.scene.court.database.write() as session:
        session.execute(update(LiveRoom).values(head="1" * 64))
    assert not journal.is_whole(live.room(), live.lines())


def test_not_set_up(live: Live) -> None:
    """Without a media room nobody is summoned to one, and who was is told so."""
    live.scene.court.ports.media = None
    with pytest.raises(InvalidInput):
        live.scene.act(WANG, "summon", mode="live", on="2026-03-11", at="09:30", place="Online courtroom 3", here=True)
    live.clock.set(BEGINS)
    with pytest.raises(ActNotOpen, match="not set up"):
        live.enters(LI)
    assert faults.watch(live.scene.court) == 0


def test_goes_on_elsewhere_in_one_record(live: Live) -> None:
    """Closed before the debate, it goes on in the courtroom: what was done stays, and the registry fixes the rest."""
    live.opened()
    live.does(CHEN, "stage")
    live.scene.act(CHEN, "close_live_hearing", goes_on="courtroom", in_courtroom=[])
    assert live.scene.stage() is Stage.HEARING
    live.scene.act(WANG, "summon", mode="offline", on="2026-03-16", at="09:30", place="Courtroom 3")
    with live.scene.look() as (court, _):
        rows = court.session.scalars(select(Hearing).order_by(Hearing.ordinal)).all()
    assert [h.state for h in rows] == [HearingState.HELD, HearingState.SUMMONED] and rows[0].stages == ["investigation"]
