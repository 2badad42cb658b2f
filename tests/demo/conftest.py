"""The training court with all its disputes, told once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
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

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def opened(folder: Path, sqlite_template: Path) -> tuple[Court, Database]:
    """A training court without any case, on a Monday in June."""
    (folder / "court.sqlite").write_bytes(sqlite_template.read_bytes())
    settings = Settings(mode="training", data_dir=folder, argon2_cheap=True)
    database = Database(settings.url, synchronous="OFF")
    return create_court(settings, FixedClock(NOW), database), database


@pytest.fixture(scope="session")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """A training court with everything told."""
    court, database = opened(tmp_path_factory.mktemp("told"), sqlite_template)
    assert seed(court) == 10
    assert seed(court) == 0, "what is told is not told twice"
    yield court
    database.dispose()
