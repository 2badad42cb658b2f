"""A court with its keepers' commands, which also work when the court cannot open."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result

from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.operations.maintenance import closed_app
from tests.scene import Scene, open_court


@dataclass
class Keeper:
    """Who keeps a court: runs ``flask`` commands on its settings."""

    settings: Settings
    clock: FixedClock

    def run(self, *words: str) -> Result:
        """``flask WORDS``, the court closed."""
        return closed_app(self.settings, self.clock).test_cli_runner().invoke(args=list(words))

    def well(self, *words: str) -> str:
        """What a command says that must succeed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output + "".join(traceback.format_exception(result.exception))
        return result.output


@pytest.fixture
def kept(database: Database, clock: FixedClock, tmp_path: Path) -> tuple[Scene, Keeper]:
    """A court on each database, with its keeper."""
    scene = open_court(database, clock, tmp_path / "court", sequencing="at_once")
    return scene, Keeper(scene.court.settings, clock)


@pytest.fixture
def small_kept(small_scene: Scene, clock: FixedClock) -> tuple[Scene, Keeper]:
    """The same on SQLite only."""
    small_scene.court.settings = small_scene.court.settings.model_copy(update={"sequencing": "at_once"})
    return small_scene, Keeper(small_scene.court.settings, clock)
