"""A restore at three in the morning: what breaks off is carried on, nothing half laid down is taken for what was there, and
the court put back sends nothing before somebody says that it is the court.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from odr.app import create_app, create_court
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.config import SettingsError
from odr.ground.db import Database
from odr.ground.silence import silence
from odr.ground.text import T
from odr.identity.accounts.account_letters import Letter
from odr.identity.accounts.outbox import post
from odr.identity.models import AccountLetter
from odr.operations.backup import JOURNAL
from odr.operations.worker import work_once
from odr.payments.models import EventOrigin, StripeEvent
from odr.service.models import ServiceAttempt
from tests.ops.conftest import Keeper
from tests.ops.test_backup import faults, lose_database, moved, reopened, work
from tests.peers.postgres import PostgresCluster
from tests.peers.smtp import SmtpPeer
from tests.scene import Scene, open_court
from tests.typed import typed_words

OBSTACLES = {
    "database": "court.sqlite",
    "files": "blobs/{shelf}",
    "log": "log/2026/checkpoint",
    "print-queue": "print-queue",
    "vault": "vault/log-2026.state",
}
"""Where a folder stands in the way of a file, or a file in that of a folder: the step fails half done."""


def an_obstacle(step: str, at: Path, backup: Path) -> Path:
    """Put it in the way; gives its place."""
    blob = next(path for path in sorted((backup / "blobs").rglob("*")) if path.is_file())
    place = at / OBSTACLES[step].format(shelf=blob.parent.name)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if step in ("print-queue", "files"):
        (backup / "print-queue").mkdir(exist_ok=True)
        place.write_text("a file where a folder belongs")
    else:
        place.mkdir()
    return place


@pytest.mark.parametrize("step", OBSTACLES)
def test_what_broke_off_is_carried_on_by_the_same_command(
    small_kept: tuple[Scene, Keeper], tmp_path: Path, step: str
) -> None:
    """On a new machine each step fails half done: the court does not open on it, the check-up says so, another backup is
    refused; with the obstacle gone the same command ends it, keys and log come from the backup, every audit is clean.
    """
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "other"))
    scene.lodge()
    keeper.well("backup", str(tmp_path / "backup"))
    place = an_obstacle(step, tmp_path / "new", tmp_path / "backup")
    elsewhere = moved(keeper, tmp_path / "new")

    assert elsewhere.run("restore", str(tmp_path / "backup")).exit_code == 1
    assert (tmp_path / "new" / JOURNAL).is_file()
    with pytest.raises(SettingsError, match="a restore has not ended"):
        create_court(elsewhere.settings, keeper.clock)
    assert "a restore has not ended" in elsewhere.run("doctor").output
    assert "has not ended: give that one again" in elsewhere.run("restore", str(tmp_path / "other")).output

    shutil.rmtree(place) if place.is_dir() else place.unlink()
    said = elsewhere.well("restore", "--nothing-signed-since", str(tmp_path / "backup"))
    assert "carried on from where it stood" in said and "still there and newer" not in said
    assert not (tmp_path / "new" / JOURNAL).exists()
    with reopened(elsewhere) as again:
        assert faults(again) == []
        again.people = scene.people
        again.lodge()
        assert faults(again) == []


def test_keys_half_laid_down_sign_nothing(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """That nobody has answered for them yet is written before the first of them."""
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    an_obstacle("vault", tmp_path / "new", tmp_path / "backup")
    assert moved(keeper, tmp_path / "new").run("restore", str(tmp_path / "backup")).exit_code == 1
    told = json.loads((tmp_path / "new" / "vault" / "restored.json").read_bytes())
    there = {path.stem for path in (tmp_path / "new" / "vault").glob("*.key")}
    assert there and there <= set(told["keys"])


def test_what_belongs_to_the_database_server_is_not_laid_down_again(
    postgres_cluster: PostgresCluster, postgres_court_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    """The server's keeper has put an extension and words of their own into the database: a role that may not do so
    restores the court all the same.
    """
    scene = open_court(Database(postgres_court_url), clock, tmp_path / "court", sequencing="at_once")
    keeper = Keeper(scene.court.settings, clock)
    work(scene)
    with scene.court.database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        connection.exec_driver_sql("COMMENT ON EXTENSION pg_trgm IS 'of the keeper'")
        connection.exec_driver_sql("COMMENT ON SCHEMA public IS 'of the keeper too'")
    keeper.well("backup", str(tmp_path / "backup"))
    with psycopg.connect(postgres_cluster.url().replace("+psycopg", ""), autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS drilled")
        server.execute("DROP ROLE IF EXISTS plain")
        server.execute("CREATE ROLE plain LOGIN")
        server.execute("CREATE DATABASE drilled OWNER plain")
    address = postgres_cluster.url("drilled").replace("court@", "plain@")
    instead = {
        "/var/backups/court/2026-03-02": str(tmp_path / "backup"),
        "/var/tmp": str(tmp_path),
        "postgresql+psycopg://drill@/drill?host=/run/postgresql": address,
    }
    said = keeper.well(
        *typed_words("flask --app wsgi drill /var/backups/court/2026-03-02 --into /var/tmp/drill --database", instead)
    )
    assert "1 cases" in said and "every audit is clean" in said
    with psycopg.connect(address.replace("+psycopg", "")) as there:
        assert there.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall() == [("plpgsql",)]
    scene.court.database.dispose()


def test_a_drill_leaves_nothing_and_names_every_fault(small_kept: tuple[Scene, Keeper], tmp_path: Path) -> None:
    """It says age, extent and time, ends with 0 only where every audit is clean, touches nothing of the court."""
    scene, keeper = small_kept
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    before = sorted(str(path) for path in keeper.settings.data_dir.rglob("*"))
    said = keeper.well("drill", str(tmp_path / "backup"), "--into", str(tmp_path / "drill"))
    assert "0.0 hours old" in said and "1 cases" in said and "put back and audited in" in said
    assert not (tmp_path / "drill").exists()
    assert sorted(str(path) for path in keeper.settings.data_dir.rglob("*")) == before
    assert silence(keeper.settings) is None

    database = Database(keeper.settings.url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE \"case\" SET stage = 'hearing'")
    keeper.well("backup", str(tmp_path / "tampered"))
    found = keeper.run("drill", str(tmp_path / "tampered"), "--into", str(tmp_path / "drill"))
    assert found.exit_code == 1 and "1 faults" in found.output, found.output


_listening: list[list[object]] = []


def _hear(event: str, given: tuple[object, ...]) -> None:
    if event == "socket.connect":
        for kept in _listening:
            kept.append(given[1])


sys.addaudithook(_hear)


@contextmanager
def connections() -> Iterator[list[object]]:
    """Every address that anything in this process connects to."""
    kept: list[object] = []
    _listening.append(kept)
    yield kept
    _listening.remove(kept)


def test_a_court_put_back_connects_to_nobody_until_somebody_answers_for_it(
    small_kept: tuple[Scene, Keeper], smtp_peer: SmtpPeer, tmp_path: Path
) -> None:
    """Letters, messages, refunds, witnesses and time authorities are all due: the worker and what runs beside the
    requests open no connection and count no try; once the silence ends each leaves once.
    """
    scene, keeper = small_kept
    nobody = "http://127.0.0.1:9"
    keeper.settings = keeper.settings.model_copy(
        update={
            "smtp_url": f"smtp+plain://127.0.0.1:{smtp_peer.port}",
            "sms_url": nobody,
            "stripe_api_key": "rk_test_of_nobody",
            "stripe_webhook_secret": "whsec_of_nobody",
            "stripe_api_base": nobody,
        }
    )
    work(scene)
    keeper.well("backup", str(tmp_path / "backup"))
    lose_database(scene.court.database)
    keeper.well("restore", str(tmp_path / "backup"))
    with reopened(keeper) as again:
        again.people, again.case_id = scene.people, scene.case_id
        with again.court.database.read() as session:
            tries = sum(session.scalars(select(ServiceAttempt.tries)).all())
        letter = Letter(
            to="fang@court.example", subject=T("Internet Court"), paragraphs=(T("Internet Court"),), locale="en"
        )
        with connections() as connected:
            post(again.court, [letter])
            again.join()
            for _ in range(3):
                again.clock.advance(timedelta(hours=1))
                work_once(again.court)
            assert again.court.ports.payments.takes_online
        assert connected == [] and smtp_peer.messages == []
        with again.court.database.read() as session:
            assert session.scalars(select(AccountLetter.tries)).all() == [0]
            attempts = session.scalars(select(ServiceAttempt)).all()
            assert attempts and sum(attempt.tries for attempt in attempts) == tries
        page = create_app(court=again.court).test_client().get("/").get_data(as_text=True)
        assert "put back from a backup" in page

        assert "put back from the backup" in keeper.well("silence", "status")
        assert "sends nothing" in keeper.run("doctor").output
        keeper.well("silence", "end", "--by", "Wei Zhao", "--why", "The old machine is switched off")
        with connections() as connected:
            again.clock.advance(timedelta(hours=1))
            work_once(again.court)
        assert connected and len(smtp_peer.messages) >= 2
        kept = json.loads((keeper.settings.data_dir / "silence-ended.jsonl").read_text())
        assert (kept["by"], kept["why"]) == ("Wei Zhao", "The old machine is switched off")
    assert "the court speaks" in keeper.well("silence", "status")
    assert keeper.run("silence", "end", "--by", "x", "--why", "y").exit_code == 1


def test_a_backup_of_an_older_version_is_put_back_into_this_one(
    small_kept: tuple[Scene, Keeper], tmp_path: Path
) -> None:
    """The steps the database lacks are named; after `db upgrade` the log is recovered and every audit is clean."""
    scene, keeper = small_kept
    work(scene)
    scene.court.notary.sequence()
    migrate.downgrade(keeper.settings.url, migrate.revisions()[-2])
    keeper.well("backup", str(tmp_path / "backup"))
    elsewhere = moved(keeper, tmp_path / "new")
    said = elsewhere.well("restore", str(tmp_path / "backup"))
    assert "of an older version: run `flask db upgrade`" in said
    elsewhere.well("db", "upgrade")
    elsewhere.well("log", "close", "--breach", "--yes")
    with reopened(elsewhere) as again:
        assert faults(again) == []


def a_busy_court(scene: Scene) -> None:
    """Rows of many kinds: a claim heard to the end, with files, letters, money and a decision."""
    work(scene)
    scene.join()
    scene.later(days=1, proofs=True)


@pytest.mark.parametrize("way", ["onto PostgreSQL", "onto SQLite"])
def test_a_court_moves_to_the_other_database(
    postgres_cluster: PostgresCluster, postgres_court_url: str, clock: FixedClock, tmp_path: Path, way: str
) -> None:
    """Every row is copied and compared, however the other side sorts texts, numbering goes on, the log goes on under its keys, the audits are clean; a second
    copy into the same place is refused.
    """
    small = f"sqlite:///{tmp_path / 'court' / 'moved.sqlite'}"
    source, target = (small, postgres_court_url) if way == "onto PostgreSQL" else (postgres_court_url, small)
    (tmp_path / "court").mkdir()
    if way == "onto PostgreSQL":
        target = postgres_cluster.url("sorted")
        with psycopg.connect(postgres_cluster.url().replace("+psycopg", ""), autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS sorted")
            server.execute("CREATE DATABASE sorted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
    scene = open_court(Database(source), clock, tmp_path / "court", sequencing="at_once")
    keeper = Keeper(scene.court.settings, clock)
    a_busy_court(scene)
    with scene.court.database.write() as session:
        now = scene.clock.now()
        for name in ("evt_1Na", "evt_1NB", "evt_1Nb", "evt_1nA"):
            told = {"kind": "payout.paid", "origin": EventOrigin.WEBHOOK, "payload": "{}"}
            session.add(StripeEvent(id=name, created_at=now, received_at=now, applied_at=now, **told))
    size = scene.court.notary.vault.remembered("log-2026").size
    scene.court.database.dispose()
    said = keeper.well("db", "copy", target, "--yes")
    assert "each the same as here" in said
    assert "there are tables already" in keeper.run("db", "copy", target, "--yes").output

    with Database(target).engine.connect() as connection:
        assert migrate.missing_triggers(connection) == []
    there = Keeper(keeper.settings.model_copy(update={"database_url": target}), clock)
    with reopened(there) as again:
        assert faults(again) == []
        again.people = scene.people
        again.lodge()
        again.court.notary.sequence()
        assert again.court.notary.vault.remembered("log-2026").size > size
        assert faults(again) == []
