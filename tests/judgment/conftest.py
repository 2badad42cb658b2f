"""A whole court on a fresh database, and a case before its judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odr.app import create_court
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.procedure.court import Court
from tests.judgment.bench import Bench, lay_case, people
from tests.kept import Shelf


@pytest.fixture
def whole_court(sqlite_url: str, tmp_path: Path, clock: FixedClock, shelf: Shelf) -> Iterator[Court]:
    """The court as the program wires it, with people."""
    database = Database(sqlite_url, synchronous="OFF")
    settings = Settings(mode="test", data_dir=tmp_path / "data", argon2_cheap=True, base_url="http://court.test")
    court, _ = shelf.open(
        ("bench",),
        database,
        settings.data_dir,
        lambda: create_court(settings, clock, database),
        lambda court: people(court, clock),
    )
    yield court
    database.dispose()


@pytest.fixture
def bench(whole_court: Court, clock: FixedClock) -> Bench:
    """A contested case in simple procedure, examined."""
    return lay_case(whole_court, clock)
