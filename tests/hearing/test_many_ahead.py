"""However many hearings are fixed, what asks for those ahead holds a bounded number of them, the next ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Component
from sqlalchemy import select, update

from odr.app import create_app
from odr.docket.models import Case, Outcome, Stage
from odr.filing.agenda.agenda import MOST, agenda_of, calendar_of
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.models import Hearing
from odr.identity.models import Account
from tests.hearing.scene import CHEN, LI, WANG, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser
from tests.kept import Shelf
from tests.procedure.test_plans import noted

MORE = 40


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Scene]:
    """A case whose hearing is fixed."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court", shelf), clock)
    scene.act(CHEN, "open_examination", mode="live")
    scene.act(WANG, "summon", mode="offline", on="2026-03-16", at="09:30", place="Courtroom 3")
    yield scene
    database.dispose()


def calendar(scene: Scene, who: str = CHEN) -> str:
    """The judge's calendar, or another's, as a program fetches it."""
    with scene.look() as (court, _):
        return calendar_of(court, court.session.get_one(Account, scene.accounts[who]), "https://court.example").decode()


def events(scene: Scene, who: str = CHEN) -> list[Component]:
    """What stands in it, what comes first on top."""
    return list(Calendar.from_ical(calendar(scene, who)).walk("VEVENT"))


def lay_many(scene: Scene) -> datetime:
    """More hearings than an agenda holds, a day apart; when the first begins."""
    with scene.court.database.write() as session:
        one = session.scalars(select(Hearing)).one()
        kept = {column.key: getattr(one, column.key) for column in Hearing.__table__.columns}
        for number in range(MOST + MORE):
            changed = {"id": None, "reference": f"ahead{number}", "ordinal": 10 + number}
            session.add(Hearing(**kept | changed | {"begins_at": one.begins_at + timedelta(days=number + 1)}))
        return one.begins_at


def test_what_is_not_shown_of_as_many_as_are_looked_at_does_not_hide_that_there_are_more(scene: Scene) -> None:
    """A case that is closed is on nobody's agenda any more; that later hearings were not looked at is said all the same."""
    first = lay_many(scene)
    with scene.court.database.write() as session:
        session.execute(update(Case).values(stage=Stage.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=first))
    with scene.look() as (court, _):
        agenda = agenda_of(court, scene.accounts[CHEN])
    assert [line for line in agenda.lines if line.window is None] == []
    assert agenda.whole_until == first + timedelta(days=MOST - 1)


def test_an_agenda_holds_the_next_hearings_and_says_that_there_are_more(scene: Scene) -> None:
    """In order, the nearest on top; no question of the database names more than it holds."""
    app = create_app(court=scene.court)
    assert "Next page" not in Browser(app, scene, CHEN).get("/agenda")
    assert "may not have everything" not in calendar(scene)
    first = lay_many(scene)
    with noted(scene.court.database) as seen, scene.look() as (court, _):
        lines = [line for line in agenda_of(court, scene.accounts[CHEN]).lines if line.window is None]
    assert len(lines) == MOST and lines[0].at == min(line.at for line in lines) == first
    assert lines[-1].at == first + timedelta(days=MOST - 1)
    assert max(len(values) for values in seen.values()) <= MOST + MORE // 2
    assert "Next page" in Browser(app, scene, CHEN).get("/agenda")
    last = events(scene)[-1]
    assert "may not have everything" in str(last["summary"]), "its last day says that there is more"
    assert last.decoded("dtstart") == lines[-1].at.astimezone(scene.court.settings.tz).date()


def test_the_day_of_more_is_another_event_in_everybodys_calendar(scene: Scene) -> None:
    """A hearing is the same event for all who go to it; where each calendar ends is its own, and the same each time."""
    lay_many(scene)
    mine, theirs = events(scene), events(scene, LI)
    assert "may not have everything" in str(mine[-1]["summary"]) and "may not" in str(theirs[-1]["summary"])
    assert {one["uid"] for one in mine[:-1]} & {one["uid"] for one in theirs[:-1]}
    assert mine[-1]["uid"] != theirs[-1]["uid"] and mine[-1]["uid"] == events(scene)[-1]["uid"]
