"""A case whose hearing by the court's own video is fixed for 9 March, and the people who come to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from odr.docket.models import Case, Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.live import faults, journal, moves
from odr.hearing.live.models import LiveLine, LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.moves import Given
from odr.hearing.live.queries import hearing_of_now, room_of_now, segments_of
from odr.hearing.models import Hearing
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG, Scene, accepted_case, whole_court
from tests.kept import Shelf, kept

BEGINS = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
"""09:30 where the court is."""


@dataclass
class Live:
    """A hearing held here, and short ways of acting in it."""

    scene: Scene
    media: RoomBeside

    @property
    def clock(self) -> FixedClock:
        """The court's clock."""
        return self.scene.clock

    def hearing(self) -> Hearing:
        """The hearing, as it stands."""
        with self.scene.look() as (court, case):
            found = hearing_of_now(court.session, case)
            assert found is not None
            return found

    def room(self) -> LiveRoom:
        """The room, as it stands."""
        with self.scene.look() as (court, case):
            found = room_of_now(court.session, case)
            assert found is not None
            return found

    def person(self, name: str) -> LivePerson:
        """Somebody in it."""
        return next(p for p in self.room().people if p.name == name)

    def lines(self) -> list[LiveLine]:
        """The journal."""
        with self.scene.look() as (court, _):
            return journal.lines_of(court.session, self.room())

    def said(self) -> list[str]:
        """The journal in words."""
        return [journal.sentence(line).render("en") for line in self.lines()]

    def comes(self, name: str) -> None:
        """Somebody of the court enters."""
        with self.scene.sit() as (sitting, case):
            room = moves.room_for(sitting, case, self.hearing().id)
            moves.come(sitting, room, self.scene.actor(sitting, name), self.clock.machine_now())

    def enters(self, name: str) -> None:
        """A party or witness enters."""
        self.scene.act(name, "enter_hearing", rights=True, rules=True, no_recording=True)

    def all_come(self, *others: str) -> None:
        """Judge and clerk are there, both sides have entered, and ``others`` after them."""
        for name in (WANG, CHEN):
            self.comes(name)
        for name in (LI, HAIYUN, *others):
            self.enters(name)

    def does(self, name: str, do: str, who: str = "", **given: Any) -> None:
        """Somebody makes a move in the room."""
        about = self.person(who).reference if who else ""
        with self.scene.sit() as (sitting, case):
            moves.make(sitting, case, self.room().id, self.scene.actor(sitting, name), do, Given(who=about, **given))

    def follow(self) -> int:
        """The worker looks after the hearing."""
        return faults.watch(self.scene.court)

    def opened(self) -> Live:
        """Everybody came, the judge opened and admitted both sides."""
        gathered(self)
        self.scene.act(CHEN, "open_live_hearing")
        self.does(CHEN, "admit", LI)
        self.does(CHEN, "admit", HAIYUN)
        return self

    def entry(self, act: str) -> list[dict[str, Any]]:
        """Payloads of the entries of an act."""
        with self.scene.look() as (court, _):
            numbers = [e.number for e in self.scene.docket(court) if e.act == act]
        return [self.scene.payload(number) for number in numbers]

    def case(self) -> Case:
        """The case."""
        with self.scene.look() as (_, case):
            return case


def gathered(live: Live) -> None:
    """At 09:20 judge, clerk and both sides are there; then it is 09:30."""
    live.clock.set(BEGINS.replace(minute=20))
    live.comes(CHEN)
    live.comes(WANG)
    live.enters(LI)
    live.enters(HAIYUN)
    live.clock.set(BEGINS)


def pieces(live: Live) -> list[LiveSegment]:
    """The pieces of the recording, as the court knows them."""
    with live.scene.look() as (court, _):
        return segments_of(court.session, live.room())


@kept
def fixed_here(scene: Scene) -> None:
    """Both sides agree to video; the judge opens, the clerk summons to the court's own video."""
    for who in (LI, HAIYUN):
        scene.act(who, "choose_steps", hearing="online")
    scene.act(CHEN, "open_examination", mode="live")
    scene.act(WANG, "summon", mode="live", on="2026-03-09", at="09:30", place="Online courtroom 3", here=True)


@pytest.fixture
def live(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Live]:
    """A hearing by the court's own video, fixed."""
    database = Database(sqlite_url, synchronous="OFF")
    court = whole_court(database, clock, tmp_path / "court", shelf)
    media = RoomBeside(clock)
    court.ports.media = media
    scene = accepted_case(court, clock, track=Track.SIMPLE)
    scene.exhibits(1)
    fixed_here(scene)
    yield Live(scene, media)
    database.dispose()
