"""The keeper's drills while people keep acting: backed up, lost, put back, moved to the other engine; nothing acknowledged
is gone without being named, and how long the court was away is written down.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from odr.docket.models import DocketEntry
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.models import Receipt
from tests.ops.conftest import Keeper
from tests.ops.senders import Senders
from tests.ops.test_backup import faults, lose_database, reopened
from tests.patience import PATIENCE
from tests.scene import Scene, open_court

ROOT = Path(__file__).resolve().parents[2]
PROVE = bool(os.environ.get("ODR_PROVE"))
MANY = 1000 if PROVE else 8
"""Acts that people are told of before each thing the keeper does."""


def held(scene: Scene) -> set[str]:
    """Receipts the court knows."""
    with scene.court.database.read() as session:
        return set(session.scalars(select(Receipt.reference)))


def entries(scene: Scene) -> int:
    """How much stands on the docket."""
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(DocketEntry)) or 0


@pytest.mark.slow
def test_backup_restore_and_move_while_people_act(
    request: pytest.FixtureRequest, database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """A backup is made under people's hands. The database is lost, and put back: what was acknowledged since is named, each
    of it and nothing else; then the court moves to the other engine, and everything is there.
    """
    scene = open_court(Database(database_url), clock, tmp_path / "court", sequencing="at_once")
    keeper = Keeper(scene.court.settings, clock)
    with Senders(scene) as people:
        assert people.first.wait(PATIENCE)
        people.more(MANY)
        keeper.well("backup", str(tmp_path / "backup"))
        people.more(MANY)
    assert people.refused == []
    scene.court.notary.sequence()
    before = entries(scene)
    assert held(scene) >= set(people.receipts)

    lose_database(scene.court.database)
    gone = time.monotonic()
    said = keeper.well("restore", str(tmp_path / "backup"))
    with reopened(keeper) as again:
        again.people = scene.people
        with Senders(again) as after:
            assert after.first.wait(PATIENCE)
            away = time.monotonic() - gone
            after.more(MANY)
        lost = set(people.receipts) - held(again)
        named = said.count("\nlost: log 2026 entry ")
        assert len(lost) <= named <= len(lost) * 4 + 20, "each that is gone is named"
        assert (named == 0) == (lost == set()) and after.refused == []
        assert faults(again) == []
        kept = held(again)
        assert kept >= set(after.receipts)
        again.court.database.dispose()
    told = [
        f"{keeper.settings.url.partition(':')[0]}: {before} entries, {len(people.receipts)} acts of {len(people.threads)} senders;",
        f"away {away:.1f} s from the loss to the first act acknowledged; {len(lost)} acts later than the backup, {named} lines named",
    ]

    other = f"sqlite:///{tmp_path / 'other.sqlite'}"
    if database_url.startswith("sqlite"):
        other = request.getfixturevalue("postgres_url")
    began = time.monotonic()
    keeper.well("db", "copy", other, "--yes")
    told.append(f"moved to the other engine in {time.monotonic() - began:.1f} s")
    there = Keeper(keeper.settings.model_copy(update={"database_url": other}), clock)
    with reopened(there) as again:
        assert faults(again) == [] and held(again) == kept
        again.people = scene.people
        again.lodge()
        assert faults(again) == []
    if PROVE:
        (ROOT / "build").mkdir(exist_ok=True)
        file = ROOT / "build" / f"drill-{keeper.settings.url.partition(':')[0].partition('+')[0]}.txt"
        file.write_text("\n".join(told) + "\n")
