"""A new version, and back again: the drill of an upgrade that is rolled back, by its own steps and by the backup."""

from __future__ import annotations

import re
from pathlib import Path

from odr.ground import migrate
from tests.compiled import copied
from tests.ops.conftest import Keeper
from tests.ops.test_backup import faults, lose_database, reopened, work
from tests.scene import Scene

STEP = '''"""One more column, as a newer version might want it."""
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{down}"
branch_labels = depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("docket_entry") as table:
        table.add_column(sa.Column("newer", sa.String(20)))


def downgrade() -> None:
    with op.batch_alter_table("docket_entry") as table:
        table.drop_column("newer")
'''


def newer_version(tmp_path: Path) -> Path:
    """Migrations of a version that has one step more."""
    folder = tmp_path / "newer"
    copied(migrate.FOLDER, folder, "__pycache__")
    (folder / "versions" / "9001_newer.py").write_text(STEP.format(down=migrate.revisions()[-1]))
    return folder


def test_an_upgrade_is_rolled_back_by_its_own_steps(kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Backed up, upgraded, worked on, taken back: nothing is lost, the triggers stand, the audits are clean, and the
    older version goes on.
    """
    scene, keeper = kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    newer, before = newer_version(tmp_path), migrate.revisions()[-1]
    scene.court.database.dispose()
    migrate.upgrade(keeper.settings.url, folder=newer)
    assert keeper.run("db", "status").exit_code == 1  # the older program does not start on it
    assert "does not know" in keeper.run("doctor").output
    scene.lodge()
    scene.court.database.dispose()
    migrate.downgrade(keeper.settings.url, before, folder=newer)
    assert "up to date" in keeper.well("db", "status")
    with scene.court.database.engine.connect() as connection:
        assert migrate.missing_triggers(connection) == []
    with reopened(keeper) as again:
        assert faults(again) == []
        again.people = scene.people
        again.lodge()
        assert faults(again) == []


def test_an_upgrade_is_rolled_back_by_the_backup(kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Restored from before the upgrade: the older version opens, and what was acknowledged since is named."""
    scene, keeper = kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    scene.court.database.dispose()
    migrate.upgrade(keeper.settings.url, folder=newer_version(tmp_path))
    scene.lodge()
    lose_database(scene.court.database)
    said = keeper.well("restore", str(tmp_path / "backup"))
    assert re.search(r"^[2-9] acknowledged acts or files are lost", said, re.M)
    with reopened(keeper) as again:
        assert faults(again) == []
