"""No room left: what cannot be kept is refused and not acknowledged, and the court goes on when there is room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from odr.app import create_app
from odr.docket.models import Case
from odr.evidence.models import Upload
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.faults.conftest import faults_of
from tests.faults.test_double_submit import bearer
from tests.peers import missing
from tests.scene import Scene, claim, open_court

ROOM = 24_000_000
"""Bytes of the small file system."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.getuid() != 0:
        missing("leave to mount a small file system", "run as root in a container")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        missing("leave to mount a small file system", done.stderr.decode().strip())
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def cramped(small_disk: Path, sqlite_template: Path, clock: FixedClock) -> Iterator[Scene]:
    """A court whose database and files lie on the small disk."""
    (small_disk / "court.sqlite").write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{small_disk / 'court.sqlite'}")
    yield open_court(database, clock, small_disk / "court", sequencing="at_once")
    database.dispose()


def fill(folder: Path) -> Path:
    """Take the last byte there is."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1_000_000, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def lodge(app: Flask, headers: dict[str, str]) -> int:
    reply = app.test_client().post("/api/v1/cases", json=claim().model_dump(mode="json"), headers=headers)
    if reply.status_code >= 500:
        assert reply.mimetype == "application/problem+json" and "receipt" not in reply.get_json()
    return reply.status_code


def send(app: Flask, headers: dict[str, str], content: bytes) -> int:
    return (
        app.test_client()
        .post("/api/v1/uploads", data=content, headers={**headers, "Content-Type": "text/plain"})
        .status_code
    )


def count(scene: Scene) -> tuple[int, int]:
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0, session.scalar(
            select(func.count()).select_from(Upload)
        ) or 0


def test_lodging_and_files_on_a_full_disk(cramped: Scene, small_disk: Path) -> None:
    """Refused with a 5xx and nothing kept or acknowledged; with room again the same request under the same key is one
    claim.
    """
    app = create_app(court=cramped.court)
    headers = {"Authorization": f"Bearer {bearer(cramped, 'li')}"}
    assert lodge(app, headers) == 201
    filler = fill(small_disk)
    once = {**headers, "Idempotency-Key": "full"}
    assert {lodge(app, once) for _ in range(3)} == {507}
    assert send(app, headers, b"order " * 30_000) == 507
    assert send(app, headers, b"small") == 507
    assert count(cramped) == (1, 0)
    filler.unlink()
    assert lodge(app, once) == 201
    assert send(app, headers, b"order " * 30_000) == 201
    assert count(cramped) == (2, 1)
    assert faults_of(cramped) == []


def test_a_database_that_may_not_grow(small_scene: Scene) -> None:
    """The same where the limit is the database's own: what does not fit is refused as a whole."""
    scene = small_scene
    app = create_app(court=scene.court)
    headers = {"Authorization": f"Bearer {bearer(scene, 'li')}", "Idempotency-Key": "full"}
    most = [2**30]

    @event.listens_for(scene.court.database.engine, "connect")
    def limit(connection: Any, record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={most[0]}")

    with scene.court.database.engine.connect() as connection:
        most[0] = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
    scene.court.database.dispose()
    big = claim(facts=[{"what": "x" * 900} for _ in range(50)]).model_dump(mode="json")
    assert app.test_client().post("/api/v1/cases", json=big, headers=headers).status_code == 507
    assert count(scene) == (0, 0)
    most[0] = 2**30
    scene.court.database.dispose()
    assert app.test_client().post("/api/v1/cases", json=big, headers=headers).status_code == 201
    assert count(scene) == (1, 0)
    assert faults_of(scene) == []
