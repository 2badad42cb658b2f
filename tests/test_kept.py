"""A story that is copied differs in nothing from one that is told, on either engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import DBAPIError

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.conftest import MORNING
from tests.kept import Shelf
from tests.scene import Scene, open_court


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that stands in a database."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.read() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in tables.sorted_tables
        }


def another(scene: Scene, shelf: Shelf, folder: Path) -> Scene:
    """The next test's court in the same database's place, which that test finds empty."""
    clean = shelf.volumes[next(iter(shelf.volumes))]
    clean.lay(scene.court.database, folder)
    return open_court(scene.court.database, FixedClock(MORNING), folder, shelf)


def test_a_copy_is_what_was_told(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """Row by row, with the numbers that come next; and what may not be changed there may not be changed here."""
    shelf = Shelf(tmp_path / "shelf")
    scene = open_court(database, clock, tmp_path / "court", shelf)
    scene.pend()
    told, instant, kept = rows(database), clock.now(), len(shelf.volumes)
    assert kept > 2 and len(told["docket_entry"]) > 2
    again = another(scene, shelf, tmp_path / "again")
    assert rows(database) != told
    again.pend()
    assert len(shelf.volumes) == kept, "it was copied"
    assert (rows(database), again.clock.now(), again.case_id) == (told, instant, scene.case_id)
    last = max(row.id for row in again_cases(database))
    again.lodge()
    assert again.case_id == last + 1
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text("DELETE FROM docket_entry"))


def again_cases(database: Database) -> list[Any]:
    """Its cases."""
    with database.read() as session:
        return list(session.execute(text('SELECT id FROM "case"')))


def test_what_was_read_ends_no_place_and_what_was_written_does(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    """Looking on is no part of a story; after any act of a test's own the rest is told, and is another story's end for nobody."""
    shelf = Shelf(tmp_path / "shelf")
    scene = open_court(database, clock, tmp_path / "court", shelf)
    with database.read() as session:
        session.execute(text("SELECT count(*) FROM account")).scalar()
    scene.lodge()
    kept = len(shelf.volumes)
    assert kept > 1
    with database.write() as session:
        session.execute(text("UPDATE account SET name = 'Li Wen' WHERE email LIKE 'li@%'"))
    scene.accept()
    assert len(shelf.volumes) == kept
