"""Every process of the court is killed while people work, the database server too, and the disk is full for a while: what
was acknowledged is there, and nothing twice.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.operations.rehearsal import Load, Standing, standing_copy
from odr.operations.rehearsed_units import is_running
from tests.faults.test_disk_full import fill
from tests.ops.conftest import Keeper
from tests.patience import until
from tests.peers import missing, needed
from tests.peers.postgres import PostgresCluster
from tests.scene import open_court

ROUNDS = 5 if os.environ.get("ODR_PROVE") else 1
ANSWERS = 30
"""Of pages and to files, while the disk is full."""
MORE = 5
"""Acknowledged files to wait for before and after each kill: by events, not by seconds."""
ROOM = "400m"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A file system of its own, that can be full."""
    if os.getuid() != 0:
        missing("leave to mount a small file system", "run as root in a container")
    folder = Path("/tmp") / f"odr-kills-{os.getpid()}"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        missing("leave to mount a small file system", done.stderr.decode().strip())
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


def killed(court: Standing, unit: str) -> None:
    """With no chance to do anything; and begun again, as systemd does."""
    pid = int((court.machine.folder / f"{unit}.pid").read_text())
    os.killpg(pid, signal.SIGKILL)
    until(lambda: not is_running(pid), f"{unit} has ended", every=0.02)
    court.machine.begin_unit(unit)


def full(load: Load, disk: Path) -> None:
    """No byte is left until somebody makes room; meanwhile people go on asking, and are answered or refused: on PostgreSQL, where
    small files stand in the database, it is the log that cannot go on.
    """
    filler, more = fill(disk), load.answers + ANSWERS
    until(lambda: load.answers >= more, "people are answered", every=0.02)
    filler.unlink()


def goes_on(load: Load) -> None:
    """Files are acknowledged again."""
    more = len(load.receipts) + MORE
    until(lambda: len(load.receipts) >= more, "files are acknowledged", every=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_whatever_is_killed(
    request: pytest.FixtureRequest, tmp_path: Path, disk: Path, engine: str
) -> None:
    """Web, worker and vault are killed in turn, the disk fills up, the database server crashes; after each the court goes
    on by itself. At the end every acknowledged file is there once, and both audits are clean.
    """
    for program in ("nginx", "curl"):
        needed(program)
    server: PostgresCluster | None = request.getfixturevalue("own_postgres") if engine == "postgresql" else None
    kept, address = f"sqlite:///{tmp_path / 'court.sqlite'}", ""
    if server is not None:
        kept, address = server.create_database("kept"), server.create_database("copy")
        for name in ("kept", "copy"):
            server.as_operated(name)
    migrate.upgrade(kept)
    database = Database(kept)
    scene = open_court(database, FixedClock(datetime.now(UTC)), tmp_path / "court", sequencing="at_once")
    scene.lodge()
    Keeper(scene.court.settings, scene.clock).well("backup", str(tmp_path / "backup"))
    into = disk / "copy"
    with standing_copy(scene.court.settings, tmp_path / "backup", into, address) as court:
        blows: list[Callable[[], None]] = [
            *(
                lambda unit=unit: killed(court, unit)
                for unit in (f"court-web@{court.web}", "court-worker", "court-vault")
            ),
            lambda: full(load, disk),
        ]
        if server is not None:
            blows.append(lambda: server.restart(signal.SIGQUIT))
        with court.at_work(pause=0.02) as load:
            for blow in blows * ROUNDS:
                court.answers()
                goes_on(load)
                blow()
            court.answers()
            goes_on(load)
        lost, faults = court.after(load)
    shutil.rmtree(into, ignore_errors=True)
    database.dispose()
    assert lost == [] and faults == []
    assert len(set(load.receipts)) == len(load.receipts) >= MORE * (len(blows) * ROUNDS + 1)
    if os.environ.get("ODR_PROVE"):
        told = f"{load.answers} answers, {len(load.failed)} failed, {len(load.receipts)} files acknowledged"
        sys.stdout.write(f"{engine}: {len(blows) * ROUNDS} blows, {told}, none lost, none twice\n")
