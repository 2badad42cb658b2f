"""A notary with its vault and published files, over each engine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.notary.notary import Notary
from odr.notary.triggers import drop_triggers
from odr.notary.vault import FileVault
from tests.patience import PATIENCE
from tests.peers import needed

ORIGIN = "court.example/log"


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    """A vault in a fresh folder."""
    return FileVault(tmp_path / "vault")


@pytest.fixture
def make_notary(tmp_path: Path, clock: FixedClock, vault: FileVault) -> Callable[..., Notary]:
    """Builds notaries over a database; by default all with the same vault and published files."""

    def make(database: Database, **settings: Any) -> Notary:
        return Notary(
            database, **{"vault": vault, "origin": ORIGIN, "clock": clock, "log_dir": tmp_path / "log", **settings}
        )

    return make


@pytest.fixture
def notary(database: Database, make_notary: Callable[..., Notary]) -> Notary:
    """A notary on each engine."""
    return make_notary(database)


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Database:
    """One engine is enough where the rule is not the database's."""
    return Database(sqlite_url, synchronous="OFF")


@pytest.fixture
def sqlite_notary(sqlite_database: Database, make_notary: Callable[..., Notary]) -> Notary:
    """A notary on SQLite."""
    return make_notary(sqlite_database)


def subject(number: int = 0, **more: Any) -> dict[str, Any]:
    """What an upload's receipt says."""
    return {
        "sha256": f"{number:064x}",
        "size": number,
        "media_type": "text/plain",
        "case": "case-a",
        "submitted_by": "claimant",
        **more,
    }


def record(notary: Notary, count: int = 1, **more: Any) -> list[str]:
    """Record and sequence; gives the references."""
    with notary.database.write() as session:
        references = notary.record_many(session, [subject(i, **more) for i in range(count)], now=notary.clock.now())
    notary.sequence()
    return references


def damage(database: Database, work: Callable[[Session], object]) -> None:
    """Change rows as somebody with the database's own password could."""
    with database.engine.begin() as connection:
        drop_triggers(connection)
        if connection.dialect.name == "sqlite":
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_keeps_%'"
            ).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
    with database.write() as session:
        work(session)


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program nobody here wrote. Where it is missing the test is skipped, in CI it fails."""

    def run(*command: str, cwd: Path, ok: bool = True) -> subprocess.CompletedProcess[str]:
        needed(command[0])
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done

    return run
