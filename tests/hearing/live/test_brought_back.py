"""Whatever befalls the media room, court and room come to agree again: nothing sealed is opened, and nobody is told that a
recorder runs which does not.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from odr.ground.errors import ActNotOpen
from odr.hearing.live import journal
from odr.hearing.live.vocabulary import RoomState, What
from tests.hearing.live.conftest import Live, gathered, pieces
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG


def test_a_killed_room_stops_the_hearing(live: Live) -> None:
    """It came back within a second and knows of no hearing: the court notices by itself, and going on restores everything."""
    live.opened()
    with live.scene.look() as (_, case):
        label = case.party(live.scene.parties[LI]).letter + "-1"
    live.does(CHEN, "show", exhibit=label, page=1)
    live.does(CHEN, "floor", LI)
    live.media.dies()
    live.follow()
    room = live.room()
    assert room.state is RoomState.SUSPENDED and not room.recorder_runs
    assert [line.what for line in live.lines()].count(What.RECORDER_STOPPED) == 1
    before = len(live.media.asked)
    live.does(CHEN, "resume")
    asked = [do for do, _ in live.media.asked[before:]]
    assert asked[:2] == ["open", "pause"] and asked[-3:] == ["floor", "page", "resume"]
    assert live.media.segment == 2 and live.media.paused is None
    live.media.happens("gap", since=0, until=1, after=1)
    assert live.follow() and live.room().state is RoomState.OPEN, "the gap that is named stops nothing a second time"
    assert pieces(live)[0].head is not None


def test_a_room_that_is_away_stops_the_hearing(live: Live) -> None:
    """Nobody is told that a recorder runs of which nothing is known; what it recorded meanwhile ends when it is back."""
    live.opened()
    live.media.away = True
    live.does(CHEN, "floor", LI)
    live.follow()
    assert live.room().state is RoomState.SUSPENDED
    live.media.away = False
    live.follow()
    live.does(CHEN, "resume")
    live.follow()
    assert live.room().state is RoomState.OPEN and live.media.segment == 2 and live.media.paused is None
    assert [p.ended_at is not None for p in pieces(live)] == [True, False]


def test_a_room_that_did_not_hear_the_court_is_told_how_it_stands(live: Live) -> None:
    """It sent everybody away and ended its piece: the journal says why, the room takes everybody in while the hearing stands still,
    and it goes on when they are back.
    """
    live.opened()
    live.media.happens("court_silent", seconds=21)
    live.media.dies()
    live.follow()
    assert live.room().state is RoomState.SUSPENDED and not live.room().recorder_runs
    stopped = [journal.sentence(line).render("en") for line in live.lines() if line.what is What.RECORDER_STOPPED]
    assert len(stopped) == 1 and "did not hear from the court for 21 seconds" in stopped[0]
    before = len(live.media.asked)
    live.follow()
    told = [do for do, _ in live.media.asked[before:]]
    assert told[:4] == ["open", "pause", "reassemble", "unseal"] and live.media.segment == 2
    assert live.room().recorder_runs and pieces(live)[0].head is not None
    asked = len(live.media.asked)
    live.follow()
    assert len(live.media.asked) == asked, "it is told once"
    with pytest.raises(ActNotOpen, match="is not back yet"):
        live.does(CHEN, "resume")
    for who in live.room().people:
        live.media.happens("entered", who.reference)
    live.follow()
    live.does(CHEN, "resume")
    assert [do for do, _ in live.media.asked[asked:]] == ["resume"]
    live.follow()
    assert live.room().state is RoomState.OPEN and live.media.segment == 2


def test_who_deliberates_goes_on_alone_in_a_room_that_forgot(live: Live) -> None:
    """Killed while the bench deliberates: it is told so before anybody is let in, and records nothing."""
    live.opened()
    live.does(CHEN, "deliberate")
    live.media.dies()
    before = len(live.media.asked)
    live.follow()
    doing = [do for do, _ in live.media.asked[before:]]
    assert live.room().state is RoomState.DELIBERATING and live.media.deliberating
    assert doing[:2] == ["open", "deliberate"] and not {"record", "seal", "unseal", "reassemble"} & set(doing)


def test_a_hearing_not_opened_yet_is_looked_after_and_told_anew(live: Live) -> None:
    """Who waits for it talks with their own side: the room hears of it from the court, and one that forgot it is told who is there, so
    that they come in again and the hearing can be opened. Nothing is recorded before that; of a day that is over nobody asks.
    """
    gathered(live)
    live.media.dies()
    before = len(live.media.asked)
    live.follow()
    told = live.media.asked[before:]
    court = [live.person(name).reference for name in (CHEN, WANG)]
    assert [do for do, _ in told] == ["open", "admit", "admit"]
    assert [given["person"] for do, given in told if do == "admit"] == court
    assert live.room().state is RoomState.WAITING and not live.room().recorder_runs
    live.follow()
    assert len(live.media.asked) == before + len(told), "it is told once"
    for who in live.room().people:
        live.media.happens("entered", who.reference)
    live.follow()
    live.scene.act(CHEN, "open_live_hearing")
    live.follow()
    assert live.room().state is RoomState.OPEN and live.media.segment == 1


def test_a_day_that_went_by_without_its_hearing_is_looked_after_no_more(live: Live) -> None:
    """A room that was started anew days later is told nothing of it."""
    gathered(live)
    live.clock.advance(timedelta(days=2))
    live.media.dies()
    before = len(live.media.asked)
    live.follow()
    assert len(live.media.asked) == before and not live.media.is_open


def test_what_a_room_has_to_say_of_before_comes_first(live: Live) -> None:
    """More happened than it says at once, and the end of its piece comes last: that is no word of the piece that begins anew."""
    live.opened()
    live.does(CHEN, "pause")
    for turn in range(500):
        live.media.happens("camera", live.person(LI).reference, on=bool(turn % 2))
    live.media.happens("court_silent", seconds=21)
    live.media.dies()
    for _ in range(4):
        live.follow()
    said = [line.what for line in live.lines() if line.what in (What.RECORDER_STOPPED, What.TOLD_ANEW)]
    assert said == [What.RECORDER_STOPPED, What.TOLD_ANEW]
    assert live.room().recorder_runs and live.media.segment == 2


def test_a_sealed_part_stays_sealed(live: Live) -> None:
    """Killed in a sealed part, the room is brought back sealed, under a new key, before anybody is let in."""
    live.opened()
    he = live.person(HAIYUN).reference
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[he], words="A secret is shown.")
    live.media.dies()
    live.follow()
    assert live.room().state is RoomState.SUSPENDED
    before = len(live.media.asked)
    live.does(CHEN, "resume")
    asked = live.media.asked[before:]
    order = dict(asked)["seal"]
    assert he not in order["stay"] and live.person(LI).reference in order["stay"] and len(order["key"]) == 32
    doing = [do for do, _ in asked]
    assert doing.index("seal") < doing.index("admit") and "record" not in doing and "unseal" not in doing
    live.follow()
    assert live.room().state is RoomState.OPEN and live.media.sealed and live.media.paused is None
    assert [p.key is not None for p in pieces(live)] == [False, True, True]
    live.scene.act(CHEN, "end_sealed_part")
    assert not live.media.sealed and live.media.segment == 4


def test_whoever_is_let_in_muted_comes_in_muted(live: Live) -> None:
    """Admitted, or brought back after the room was killed: the order that lets somebody in says that they are muted."""
    live.opened()
    live.media.dies()
    live.does(CHEN, "floor", LI)
    live.does(CHEN, "lock", HAIYUN)
    live.follow()
    live.does(CHEN, "resume")
    names = {who.reference: who.name for who in live.room().people}
    muted = [(names[order["person"]], order.get("muted", False)) for order in live.media.orders("admit")]
    assert [each for each in muted if each[0] in (LI, HAIYUN)] == [
        (LI, True),
        (HAIYUN, True),
        (LI, False),
        (HAIYUN, True),
    ]
    assert all(not is_muted for name, is_muted in muted if name in (CHEN, WANG))


def test_the_recorder_fails_as_a_part_is_sealed(live: Live) -> None:
    """The room shut and recorded nothing: the court stands still, and goes on sealed."""
    live.opened()
    live.media.recorder_works = False
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    live.media.sealed, live.media.segment, live.media.paused = True, None, "recorder_failed"
    live.follow()
    assert live.room().state is RoomState.SUSPENDED
    live.media.recorder_works = True
    live.does(CHEN, "resume")
    live.follow()
    assert live.room().state is RoomState.OPEN and live.media.sealed and live.media.segment is not None


def test_a_refusal_is_kept_by_its_word(live: Live) -> None:
    """The room tells of a full disk in the system's words: the court keeps the word alone, whatever the column takes."""
    live.opened()
    live.media.recorder_works = False
    live.scene.act(CHEN, "seal_part", reason="secret", outside=[], words="A secret is shown.")
    with live.scene.look() as (court, _):
        refused = [ack.refused for ack in journal.acks_of(court.session, live.room()).values() if ack.refused]
    assert refused == ["recorder_failed"]


def test_a_room_killed_before_the_opening(live: Live) -> None:
    """It is told again who is in: the judge is not left at the door of their own hearing."""
    gathered(live)
    live.media.dies()
    live.scene.act(CHEN, "open_live_hearing")
    admitted = {order["person"] for order in live.media.orders("admit")[-2:]}
    assert live.person(CHEN).reference in admitted


def test_closed_after_the_recorder_failed(live: Live) -> None:
    """The last piece was cut off, the room killed: the recording is put on record all the same, with every link."""
    live.opened()
    live.media.dies()
    live.follow()
    live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.follow()
    kept = live.entry("keep_recording")[0]["result"]
    assert kept["sha256"] == live.hearing().recording_sha256 == pieces(live)[0].head


def test_who_is_needed_is_waited_for(live: Live) -> None:
    """The hearing does not go on without a party whose connection is lost, only to stand still again a second later."""
    live.opened()
    live.media.happens("lost", live.person(HAIYUN).reference)
    live.follow()
    live.clock.advance(timedelta(seconds=20))
    live.follow()
    with pytest.raises(ActNotOpen, match="is not back yet"):
        live.does(CHEN, "resume")
    live.media.happens("back", live.person(HAIYUN).reference)
    live.follow()
    live.does(CHEN, "resume")
    assert live.room().state is RoomState.OPEN
