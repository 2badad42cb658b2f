"""PostgreSQL put back to a point in time from its archive, by the commands of the operators' guide: what came after is named."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.silence import silence
from tests.ops.conftest import Keeper
from tests.ops.test_backup import faults, receipt_file, reopened, work
from tests.peers import missing
from tests.peers.postgres import REMEDY, PostgresCluster, find_binaries
from tests.scene import open_court


def give(cluster: PostgresCluster, folder: Path) -> None:
    """A folder and all in it belong to the user the server runs as."""
    if cluster.user:
        owner = pwd.getpwnam(cluster.user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)


@pytest.fixture
def archived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresCluster]:
    """A server that archives what it writes, as the guide sets it up."""
    binaries = find_binaries()
    if binaries is None:
        missing("PostgreSQL", REMEDY)
    folder = Path(f"/tmp/odr-pit-{tmp_path_factory.mktemp('pit').name}")
    shutil.rmtree(folder, ignore_errors=True)
    cluster = PostgresCluster(folder, binaries)
    cluster.create()
    archive = cluster.folder / "archive"
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write(f"\narchive_mode = on\narchive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'\n")
    archive.mkdir()
    give(cluster, archive)
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.slow
def test_a_database_is_put_back_to_a_minute_before_the_mistake(
    archived: PostgresCluster, clock: FixedClock, tmp_path: Path
) -> None:
    """A base copy and the archive give the database as it stood at an instant; the log, which is newer, gives back what was
    signed, every audit is clean, and each act after the instant is named as lost to who holds its receipt.
    """
    with psycopg.connect(archived.url().replace("+psycopg", ""), autocommit=True) as server:
        server.execute("CREATE DATABASE court")
    scene = open_court(Database(archived.url("court")), clock, tmp_path / "court", sequencing="at_once")
    keeper = Keeper(scene.court.settings, clock)
    base = archived.folder / "base"
    subprocess.run(
        ["pg_basebackup", "-h", str(archived.folder), "-U", "court", "-D", str(base), "--checkpoint=fast"],
        check=True,
        capture_output=True,
        env={**os.environ, "PATH": f"{archived.binaries}:{os.environ['PATH']}"},
    )

    before = receipt_file(scene, work(scene), tmp_path / "before.json")
    with psycopg.connect(archived.url().replace("+psycopg", ""), autocommit=True) as server:
        instant = server.execute("SELECT clock_timestamp()::text").fetchone()
    assert instant is not None
    after = receipt_file(scene, scene.lodge().receipt, tmp_path / "after.json")
    with psycopg.connect(archived.url().replace("+psycopg", ""), autocommit=True) as server:
        server.execute("SELECT pg_switch_wal()")
    scene.court.database.dispose()
    archived.stop()

    shutil.rmtree(archived.data)
    base.rename(archived.data)
    with (archived.data / "postgresql.conf").open("a") as file:
        file.write(f"restore_command = 'cp {archived.folder}/archive/%f %p'\n")
        file.write(f"recovery_target_time = '{instant[0]}'\nrecovery_target_action = 'promote'\n")
    (archived.data / "recovery.signal").touch()
    give(archived, archived.data)
    keeper.well("silence", "begin", "--why", "the database was put back to a point in time")
    archived.start()
    with psycopg.connect(archived.url().replace("+psycopg", ""), autocommit=True) as server:
        while server.execute("SELECT pg_is_in_recovery()").fetchone() != (False,):
            pass
    said = keeper.well("log", "recover")
    assert "lost: log 2026 entry" in said
    with reopened(keeper) as again:
        assert faults(again) == [] and silence(again.court.settings) is not None
        again.people = scene.people
        again.lodge()
        again.court.notary.sequence()
        assert faults(again) == []
    told = keeper.well("log", "lost", str(before), str(after)).splitlines()
    assert "held by the court" in told[0] and "LOST" in told[1]
