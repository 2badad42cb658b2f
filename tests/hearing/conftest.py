"""Cases before the hearing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.procedure.court import Court
from tests.hearing.scene import Scene, accepted_case, open_court
from tests.kept import Shelf


@pytest.fixture
def court(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Court]:
    """A court up to the hearing room, on SQLite."""
    database = Database(sqlite_url, synchronous="OFF")
    folder = tmp_path / "court"
    yield shelf.open(("hearing",), database, folder, lambda: open_court(database, clock, folder), lambda court: None)[0]
    database.dispose()


@pytest.fixture
def scene_of(court: Court, clock: FixedClock) -> Callable[..., Scene]:
    """Makes an accepted case; see :func:`tests.hearing.scene.accepted_case`."""

    def make(**how: Any) -> Scene:
        return accepted_case(court, clock, **how)

    return make
