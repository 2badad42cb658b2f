"""The training court with all its disputes, told once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from odr.app import create_court
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.procedure.court import Court
from odr.training.seed import seed
from tests.asked_twice import AskedTwice, noting

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def opened(folder: Path, sqlite_template: Path) -> tuple[Court, Database]:
    """A training court without any case, on a Monday in June."""
    (folder / "court.sqlite").write_bytes(sqlite_template.read_bytes())
    settings = Settings(mode="training", data_dir=folder, argon2_cheap=True)
    database = Database(settings.url, synchronous="OFF")
    return create_court(settings, FixedClock(NOW), database), database


@dataclass(frozen=True)
class Telling:
    """A training court with everything told, and what its transactions asked twice meanwhile."""

    court: Court
    twice: AskedTwice


@pytest.fixture(scope="session")
def telling(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telling]:
    """It takes half a minute, so that it is looked at while it is told for everybody."""
    court, database = opened(tmp_path_factory.mktemp("told"), sqlite_template)
    with noting(database) as twice:
        assert seed(court) == 10
    assert seed(court) == 0, "what is told is not told twice"
    yield Telling(court, twice)
    database.dispose()


@pytest.fixture(scope="session")
def told(telling: Telling) -> Court:
    """A training court with everything told."""
    return telling.court
