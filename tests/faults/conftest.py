"""What faults are tried on: how often, and whether the court is whole afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from odr.ground.db import Database
from odr.procedure.audit.docket_audit import audit
from tests.scene import Scene

PROVE = bool(os.environ.get("ODR_PROVE"))
KILLS = 1000 if PROVE else 20


def faults_of(scene: Scene) -> list[str]:
    """What docket audit and log audit find."""
    scene.court.notary.sequence()
    with scene.court.database.read() as session:
        return audit(scene.court, session) + [f.culprit for f in scene.court.notary.audit(session)]


@pytest.fixture
def synced(sqlite_url: str) -> Iterator[Database]:
    """A fresh SQLite file as the running court opens it: every commit synced."""
    database = Database(sqlite_url)
    yield database
    database.dispose()


Copy = Callable[[], Path]


@contextmanager
def without_triggers(database: Database) -> Iterator[Database]:
    """Somebody with the database in her hands takes the append-only triggers down and puts them up again."""
    from odr.ground import migrate

    with database.engine.begin() as connection:
        if database.is_sqlite:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
    yield database
    if database.is_sqlite:
        with database.engine.begin() as connection:
            migrate.install_triggers(connection)


def copy_database(database: Database, to: Path) -> None:
    """A backup of an SQLite file, taken when nobody writes."""
    import sqlite3
    from contextlib import closing

    assert database.path is not None
    with closing(sqlite3.connect(database.path)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def put_back(database: Database, backup: Path) -> None:
    """The backup takes the place of the database, as in a restore that forgot the signer's memory."""
    assert database.path is not None
    database.dispose()
    for end in ("", "-wal", "-shm"):
        database.path.with_name(database.path.name + end).unlink(missing_ok=True)
    shutil.copyfile(backup, database.path)
