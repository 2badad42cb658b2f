"""A new version takes over while people work: nobody notices, on either engine, forward and back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database, unpooled
from odr.operations.rehearsal import rehearse
from odr.operations.rehearsed_units import is_running, of_rehearsal
from tests.compiled import copied
from tests.ops.conftest import Keeper
from tests.patience import PATIENCE, until
from tests.peers import needed
from tests.scene import Scene, open_court
from tests.test_two_versions import ADDS, EXPAND, STEP
from tests.typed import typed_words

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0 if os.environ.get("ODR_PROVE") else 0.5
PAUSE = 0.02 if os.environ.get("ODR_PROVE") else 0.3
MAPPED = "    sha256: Mapped["
NEWER = "    weighed: Mapped[bool] = mapped_column(default=True)\n"


def newer_version(folder: Path) -> Path:
    """The next version of this court: more tables, columns and an index, and a model that writes one of the columns."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.name in ("wsgi.py", "templates", "static", "translations", "fonts", "deploy"):
            (folder / path.name).symlink_to(path)
    for name in ("odr", "migrations"):
        copied(ROOT / name, folder / name)
    down = migrate.revisions()[-1]
    for number, body in enumerate(ADDS, 9001):
        step = STEP.format(revision=number, down=down, form=EXPAND, body=body)
        (folder / "migrations" / "versions" / f"{number}_step.py").write_text(step)
        down = str(number)
    models = next(p for p in (folder / "odr/evidence").rglob("models*.py") if "class Upload(" in p.read_text())
    said = models.read_text()
    begin = said.index("class Upload(")
    at = said.index(MAPPED, begin)
    models.write_text(said[:at] + NEWER + said[at:])
    return folder


@pytest.mark.slow
def test_nobody_notices_a_new_version(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> None:
    """People read pages and send files while the database is brought up beside the older version, the newer one takes
    over behind the proxy, and the older one comes back: no answer fails, no receipt is lost, the audits are clean.
    """
    for program in ("nginx", "curl", "ps"):
        needed(program)
    database = Database(database_url)
    scene = open_court(database, FixedClock(datetime.now(UTC)), tmp_path / "court", sequencing="at_once")
    scene.lodge()
    keeper = Keeper(scene.court.settings, scene.clock)
    keeper.well("backup", str(tmp_path / "backup"))
    newer = newer_version(tmp_path / "newer")
    address = "" if database.is_sqlite else request.getfixturevalue("postgres_url")
    into = Path("/tmp") / f"odr-roll-{os.getpid()}"
    shutil.rmtree(into, ignore_errors=True)
    settings: Settings = scene.court.settings
    try:
        if address:
            backup = {"/var/backups/court/before": str(tmp_path / "backup"), "/var/tmp/rehearsal": str(into)}
            words = typed_words("court rehearse", {"/srv/court/8001": str(newer), **backup})
            said = keeper.well(*words, "--database", address, "--seconds", str(SECONDS), "--pause", str(PAUSE))
            assert "beside the older version: 9004" in said and said.endswith("nobody noticed\n") and not into.exists()
        else:
            found = rehearse(settings, tmp_path / "backup", newer, into, "", seconds=SECONDS, pause=PAUSE)
            assert found.is_well, found.lines()
            assert found.steps == ["9004"] and found.answers > 20 and found.acknowledged > 5, found.lines()
        engine = unpooled(address or f"sqlite:///{into / 'data' / 'court.sqlite'}")
        with engine.connect() as connection:
            weighed = set(connection.scalars(text("SELECT weighed FROM upload")))
        engine.dispose()
        assert weighed == {False, True}, "both versions took files"
    finally:
        shutil.rmtree(into, ignore_errors=True)
        database.dispose()


@pytest.mark.slow
def test_a_rehearsal_that_is_killed_leaves_nothing_behind(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """Killed with no chance to do anything while vault, web, worker and proxy stand: none of them goes on, and the copy of
    the court is gone from the disk.
    """
    for program in ("nginx", "curl", "ps"):
        needed(program)
    scene, keeper = small_kept
    scene.lodge()
    keeper.well("backup", str(tmp_path / "backup"))
    newer = tmp_path / "newer"
    newer.mkdir()
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (newer / path.name).symlink_to(path)
    into = Path("/tmp") / f"odr-killed-{os.getpid()}"
    shutil.rmtree(into, ignore_errors=True)
    settings = keeper.settings
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("ODR_", "PYTEST"))},
        "ODR_MODE": "test",
        "ODR_DATA_DIR": str(settings.data_dir),
        "ODR_DATABASE_URL": settings.url,
        "ODR_SECRET_KEY": settings.secret_key,
        "ODR_ARGON2_CHEAP": "1",
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "rehearse", str(newer)]
    words = [*flask, "--backup", str(tmp_path / "backup"), "--into", str(into), "--seconds", "600"]
    with (tmp_path / "said").open("wb") as said:
        rehearsal = subprocess.Popen(words, cwd=ROOT, env=env, stdout=said, stderr=said)
    try:
        until(
            lambda: (into / "nginx.pid").exists() or rehearsal.poll() is not None, "the rehearsal stands or has ended"
        )
        assert rehearsal.poll() is None, (tmp_path / "said").read_text()
        running = of_rehearsal(into)
        assert len(running) >= 6, "vault, web and its worker, the worker, the proxy and its worker"
    finally:
        rehearsal.kill()
        rehearsal.wait(PATIENCE)
    until(lambda: not into.exists(), "its folder is gone")
    # The folder goes first; whoever was told to end may still be ending.
    until(lambda: not of_rehearsal(into) and not any(is_running(pid) for pid in running), "nobody of it is left")
