"""The ladder of order, and who is reached by what in every state of the room: for every way things can stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Role
from odr.hearing.live import rules
from odr.hearing.live.models import LivePerson, LiveRoom
from odr.hearing.live.moves import MOVES, why_not
from odr.hearing.live.queries import reached
from odr.hearing.live.views import shown_people
from odr.hearing.live.vocabulary import LiveStage, Mic, Place, RoomState, Rung
from odr.identity.actors import Actor

ROLES = st.sampled_from(sorted(PARTY_ROLES | HEARD_ROLES | rules.COURT, key=lambda role: role.value))
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)


@st.composite
def people(draw: st.DrawFn) -> LivePerson:
    """Somebody, however they may stand; who sits for the court is in the room."""
    role = draw(ROLES)
    place = Place.ROOM if role in rules.COURT else draw(st.sampled_from(Place))
    who = LivePerson(role=role, place=place, mic=draw(st.sampled_from(Mic)), may_stay=draw(st.booleans()))
    who.account_id = draw(st.integers(1, 10**6))
    return who


@st.composite
def rooms(draw: st.DrawFn) -> LiveRoom:
    """A room in any state with anybody in it."""
    room = LiveRoom(state=draw(st.sampled_from(RoomState)), sealed_by=draw(st.none() | st.just(9)))
    room.stage = draw(st.sampled_from(LiveStage))
    room.people = draw(st.lists(people(), min_size=1, max_size=6, unique_by=lambda p: p.account_id))
    return room


@given(rooms())
def test_who_is_reached(room: LiveRoom) -> None:
    """Nobody but in an open hearing or, alone, those who decide; nobody isolated, at the door or out; of a sealed part only
    who stays. What is not heard is not sent either, and nothing is recorded that nobody hears.
    """
    for who in room.people:
        there = reached(room, who)
        if room.state is RoomState.DELIBERATING:
            assert there == (who.role in (Role.JUDGE, Role.PANEL_JUDGE, Role.ASSESSOR))
        elif room.state is not RoomState.OPEN:
            assert not there
        if who.place is not Place.ROOM:
            assert not there
        if there and room.sealed_by is not None and who.role not in rules.COURT:
            assert who.may_stay
        standing = rules.Standing(who.role, who.place, who.may_stay)
        sends = rules.sends(room.state, room.sealed_by is not None, standing, who.mic)
        assert not sends or (there and who.mic is Mic.OPEN)
        if rules.is_recorded(room.state):
            assert room.state is RoomState.OPEN


@given(rooms())
def test_whom_one_is_shown(room: LiveRoom) -> None:
    """A witness or expert is shown nobody but themselves; a party nobody isolated or put out, and while a part is closed to
    them, nobody else; the court everybody.
    """
    for me in room.people:
        of_court = me.role in rules.COURT
        shown = shown_people(room, me, me.role, of_court=of_court, reaches=reached(room, me))
        if of_court:
            assert shown == room.people
            continue
        others = [p for p in shown if p is not me]
        if me.role in rules.KEPT_APART:
            assert others == []
        if room.state is RoomState.OPEN and not reached(room, me):
            assert others == []
        assert all(p.place not in (Place.ISOLATED, Place.OUT) for p in others)
        assert all(p.place is Place.ROOM for p in others if p.role in rules.KEPT_APART)


@given(rooms(), st.sampled_from(sorted(MOVES)))
def test_who_makes_which_move(room: LiveRoom, do: str) -> None:
    """A party or who is heard steers nobody, ever; nothing is done once the hearing is over; a hand only from inside."""
    for who in room.people:
        actor = Actor(role=who.role, account_id=who.account_id)
        may = why_not(room, actor, do) is None
        if who.role not in rules.COURT:
            assert not may or do in ("message", "hand", "hand-down", "cannot-hear", "cannot-see")
            assert not may or do == "message" or reached(room, who)
        if who.role is Role.ASSESSOR:
            assert not may
        if room.state is RoomState.CLOSED:
            assert not may
        if may and do in ("resume",):
            assert room.state in (RoomState.PAUSED, RoomState.SUSPENDED)


@given(st.lists(st.sampled_from(Rung), max_size=8))
def test_the_ladder(wanted: list[Rung]) -> None:
    """Whatever is wanted, only the next step is ever taken, and nobody is put out without a warning and an admonition."""
    taken: list[Rung] = []
    for rung in wanted:
        if rung is rules.next_rung(taken[-1] if taken else None):
            taken.append(rung)
    assert taken == list(Rung)[: len(taken)]
    for place, rung in enumerate(taken):
        if rules.puts_out(rung):
            assert {Rung.WARNED, Rung.ADMONISHED} <= set(taken[:place])


@given(st.none() | st.integers(0, 100), st.none() | st.integers(0, 100), st.none() | st.integers(0, 100))
def test_leaving(prompted: int | None, told: int | None, back: int | None) -> None:
    """Never without a prompt and, after it, a warning; never of somebody who came back since the warning."""
    at = [None if one is None else NOON + timedelta(seconds=one) for one in (prompted, told, back)]
    found = rules.may_find_left(*at)
    if found:
        assert prompted is not None and told is not None and told >= prompted
        assert back is None or back < told


@given(st.integers(0, 3600), st.integers(5, 600))
def test_gone(seconds: int, after: int) -> None:
    """Gone from the second the rules name, not one before; who was never lost is not gone."""
    lost = NOON - timedelta(seconds=seconds)
    assert rules.is_gone(lost, NOON, timedelta(seconds=after)) == (seconds >= after)
    assert not rules.is_gone(None, NOON, timedelta(seconds=after))


@given(st.lists(st.binary(max_size=40), max_size=12), st.data())
def test_the_chain(lines: list[bytes], data: st.DataObject) -> None:
    """Any other content, order or number of lines ends in another digest."""

    def head(told: list[bytes]) -> str:
        last = rules.FIRST
        for line in told:
            last = rules.link(last, line)
        return last

    other = data.draw(st.lists(st.sampled_from(lines), max_size=12) if lines else st.just([]))
    assert (head(lines) == head(other)) == (lines == other)
