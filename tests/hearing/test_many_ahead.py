"""However many hearings are fixed, what asks for those ahead holds a bounded number of them, the next ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.filing.agenda.agenda import MOST, lines_of
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.models import Hearing
from tests.hearing.scene import CHEN, WANG, Scene, accepted_case, whole_court
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


def test_an_agenda_holds_the_next_hearings_and_says_that_there_are_more(scene: Scene) -> None:
    """In order, the nearest on top; no question of the database names more than it holds."""
    app = create_app(court=scene.court)
    assert "There may be more" not in Browser(app, scene, CHEN).get("/agenda")
    with scene.court.database.write() as session:
        one = session.scalars(select(Hearing)).one()
        kept = {column.key: getattr(one, column.key) for column in Hearing.__table__.columns}
        for number in range(MOST + MORE):
            changed = {"id": None, "reference": f"ahead{number}", "ordinal": 10 + number}
            session.add(Hearing(**kept | changed | {"begins_at": one.begins_at + timedelta(days=number + 1)}))
    with noted(scene.court.database) as seen, scene.look() as (court, _):
        lines = [line for line in lines_of(court, scene.accounts[CHEN]) if line.window is None]
    assert len(lines) == MOST and lines[0].at == min(line.at for line in lines) == one.begins_at
    assert lines[-1].at == one.begins_at + timedelta(days=MOST - 1)
    assert max(len(values) for values in seen.values()) <= MOST + MORE // 2
    assert f"the next {MOST} hearings stand here" in Browser(app, scene, CHEN).get("/agenda")
    assert f"最近的{MOST}个期限" in Browser(app, scene, CHEN, "zh-Hans").get("/agenda")
