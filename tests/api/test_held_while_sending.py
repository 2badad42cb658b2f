"""Whoever sends a file keeps nothing of the database waiting: who they are is asked, and the connection given back."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select
from sqlalchemy.pool import QueuePool
from werkzeug.test import EnvironBuilder

from odr.app import create_app
from odr.evidence.models import Upload, UploadState
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens
from odr.identity.sign_in.program_tokens import Scope
from tests.scene import Scene

TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
DATA = b"Line of a record.\n" * 20_000


@pytest.mark.parametrize("length", [500, len(DATA)])
def test_no_snapshot_is_held_while_somebody_sends(scene: Scene, length: int) -> None:
    """Small or large, on both databases: while bytes are read, no connection is out, and the file is kept."""
    app, pool = create_app(court=scene.court), cast(QueuePool, scene.court.database.engine.pool)
    held: list[int] = []

    class Sending(io.BytesIO):
        def readinto(self, room: object) -> int:
            held.append(pool.checkedout())
            return super().readinto(room)  # type: ignore[arg-type]

        def read(self, size: int | None = -1, /) -> bytes:
            held.append(pool.checkedout())
            return super().read(size)

    with scene.court.database.write() as session:
        account, now = session.get_one(Account, scene.people["li"]), scene.clock.machine_now()
        lasts, scopes = timedelta(days=1), [Scope.UPLOAD]
        secret = program_tokens.issue(session, account, name="t", scopes=scopes, lasts=lasts, two_factor=True, now=now)
    headers = {**TUS, "Authorization": f"Bearer {secret}", "Upload-Length": str(length)}
    asked = EnvironBuilder("/api/v1/uploads", method="POST", headers=headers, data=DATA[:length]).get_environ()
    asked |= {"wsgi.input": Sending(DATA[:length]), "wsgi.input_terminated": True}
    said: list[str] = []

    def start(status: str, *more: object) -> object:
        said.append(status)
        return lambda data: None

    answer = app.wsgi_app(asked, start)  # type: ignore[arg-type]
    answer.close()  # type: ignore[attr-defined]
    assert said == ["201 CREATED"]
    assert held and set(held) == {0}
    with scene.court.database.read() as session:
        kept = session.scalars(select(Upload).order_by(Upload.id.desc())).first()
        assert kept is not None and (kept.state, kept.size) == (UploadState.ANCHORED, length)
    assert pool.checkedout() == 0
