"""PostgreSQL put back to an instant from its archive while people act, by the lines of the operators' guide: what was
acknowledged before is there, what came after is not, and is named.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.silence import silence
from odr.notary.log.sequencer import sequencer_lock
from tests.ops.conftest import Keeper
from tests.ops.senders import Senders
from tests.ops.test_backup import faults, receipt_file, reopened
from tests.ops.test_drill_under_load import PROVE, entries, held
from tests.patience import PATIENCE, until
from tests.peers import missing
from tests.peers.postgres import REMEDY, PostgresCluster, find_binaries
from tests.scene import Scene, open_court
from tests.typed import typed

ROOT = Path(__file__).resolve().parents[2]
MANY = 500 if PROVE else 8
"""Acts acknowledged on each side of the instant, at least."""


def give(cluster: PostgresCluster, folder: Path) -> None:
    """A folder and all in it belong to the user the server runs as."""
    if cluster.user:
        owner = pwd.getpwnam(cluster.user)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)


def configure(cluster: PostgresCluster, *lines: str) -> None:
    """Lines at the end of ``postgresql.conf``."""
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.writelines(f"{line}\n" for line in ("", *lines))


def ask(cluster: PostgresCluster, statement: str) -> object:
    """What a server answers to one question."""
    with psycopg.connect(cluster.url().replace("+psycopg", ""), autocommit=True) as server:
        row = server.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PostgresCluster, PostgresCluster]]:
    """A server that does not run yet, and the place of another that is put back beside it."""
    binaries = find_binaries()
    if binaries is None:
        missing("PostgreSQL", REMEDY)
    name = tmp_path_factory.mktemp("pit").name
    one, other = (PostgresCluster(Path(f"/tmp/odr-{kind}-{os.getpid()}-{name}"), binaries) for kind in ("pit", "back"))
    for each in (one, other):
        shutil.rmtree(each.folder, ignore_errors=True)
    one.create()
    yield one, other
    for each in (one, other):
        each.remove()


def put_back(one: PostgresCluster, other: PostgresCluster, base: Path, instant: str) -> None:
    """A base copy in the data folder's place, brought to the instant by the archive."""
    other.folder.mkdir(mode=0o700)
    base.rename(other.data)
    configure(
        other,
        "archive_mode = off",
        f"restore_command = 'cp {one.folder}/archive/%f %p'",
        f"recovery_target_time = '{instant}'",
        "recovery_target_action = 'promote'",
    )
    (other.data / "recovery.signal").touch()
    give(other, other.folder)
    other.start()
    until(lambda: ask(other, "SELECT pg_is_in_recovery()") is False, "the server has put itself back")


def copy_of_folder(scene: Scene, to: Path) -> None:
    """The rest of the machine, while it works: signer's memory and log while nothing is sequenced, as a backup does it."""

    def copied(source: str, target: str) -> None:
        with suppress(FileNotFoundError):  # written under another name, and just now under its own
            shutil.copy2(source, target)

    of = scene.court.settings.data_dir
    with sequencer_lock(scene.court.database):
        for name in ("vault", "log"):
            shutil.copytree(of / name, to / name)
    shutil.copytree(of / "blobs", to / "blobs", copy_function=copied)


@pytest.mark.slow
def test_a_database_is_put_back_to_an_instant_while_people_act(
    servers: tuple[PostgresCluster, PostgresCluster], clock: FixedClock, tmp_path: Path
) -> None:
    """A base copy and the archive give the database as it stood at an instant, while the court they come from goes on: each
    act acknowledged before it is there, none that was begun after it; the log, which is newer, gives back what was signed,
    every audit is clean, and each later act is named as lost to who holds its receipt.
    """
    one, other = servers
    archive, base = one.folder / "archive", one.folder / "base"
    archive.mkdir()
    give(one, archive)
    configure(one, typed("archive_mode = on"), typed("archive_command = ", {"/var/backups/pg/archive": str(archive)}))
    one.start()
    ask(one, "SELECT 1")
    one.create_database("court")
    scene = open_court(Database(one.url("court")), clock, tmp_path / "court", sequencing="at_once")
    with Senders(scene) as people:
        assert people.first.wait(PATIENCE)
        program = ["pg_basebackup", "-h", str(one.folder), "-U", "court", "-D", str(base), "--checkpoint=fast"]
        env = {**os.environ, "PATH": f"{one.binaries}:{os.environ['PATH']}"}
        subprocess.run(program, check=True, capture_output=True, env=env)
        people.more(MANY)
        before = list(people.receipts)
        instant = str(ask(one, "SELECT clock_timestamp()::text"))
        mark = time.monotonic()
        until(
            lambda: sum(began > mark for began in list(people.began.values())) >= MANY, "people act after the instant"
        )
        segment = ask(one, "SELECT pg_walfile_name(pg_switch_wal())")
        until(lambda: (archive / str(segment)).exists(), "the segment is archived")

        gone = time.monotonic()
        put_back(one, other, base, instant)
        copy_of_folder(scene, tmp_path / "back")
        update = {"data_dir": tmp_path / "back", "database_url": other.url("court")}
        keeper = Keeper(scene.court.settings.model_copy(update=update), clock)
        keeper.well("silence", "begin", "--why", "the database was put back to a point in time")
        said = keeper.well("log", "recover")
        with reopened(keeper) as again:
            again.people = scene.people
            again.lodge()
            away = time.monotonic() - gone
            again.court.notary.sequence()
            kept, found, many = held(again), faults(again), entries(again)
            assert silence(again.court.settings) is not None
    after = {receipt for receipt, began in people.began.items() if began > mark}
    assert people.refused == [] and len(before) >= MANY and len(after) >= MANY
    assert set(before) <= kept, "what was acknowledged before the instant is there"
    assert not after & kept, "nothing that was begun after it"
    assert found == [] and said.count("lost: log 2026 entry") >= MANY
    first_after = min(after, key=lambda receipt: people.began[receipt])
    files = [receipt_file(scene, one, tmp_path / f"{one}.json") for one in (before[-1], first_after)]
    told = keeper.well("log", "lost", *map(str, files)).splitlines()
    assert "held by the court" in told[0] and "LOST" in told[1]
    scene.court.database.dispose()
    line = (
        f"postgresql, to an instant: {len(before)} acts acknowledged before it, none gone; {len(after)} begun after it, none there; "
        f"away {away:.1f} s from the decision to the first act acknowledged, {many} entries audited; the court it came from went on"
    )
    if PROVE:
        (ROOT / "build").mkdir(exist_ok=True)
        (ROOT / "build" / "drill-point-in-time.txt").write_text(line + "\n")
