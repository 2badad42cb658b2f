"""The first case numbers of a year, given at one moment: each case gets its own, and nobody an error."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.models import NumberSeries
from odr.filing.registry.seats import next_of_series
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.patience import PATIENCE
from tests.scene import open_court


def test_two_first_numbers_at_one_moment(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """Of two clerks the second waits for the first, and gets the next number."""
    scene = open_court(database, clock, tmp_path / "court")
    scene.lodge()
    numbers: list[str] = []
    both = threading.Barrier(2)

    def draw() -> None:
        both.wait(PATIENCE)
        with scene.court.sit() as sitting:
            case = sitting.session.scalars(select(Case)).one()
            numbers.append(next_of_series(sitting, sitting.pack(case), "first_instance"))
            threading.Event().wait(0.3)

    clerks = [threading.Thread(target=draw) for _ in range(2)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join(PATIENCE)
    assert len(set(numbers)) == 2, numbers
    with database.read() as session:
        assert session.scalars(select(NumberSeries.last)).all() == [2]
