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
from odr.identity.sign_in import program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.web.guards import is_secure
from odr.web.presence import session_cookie_name
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


@pytest.mark.parametrize("path", ["/uploads/", "/uploads/new"])
@pytest.mark.parametrize("known", [True, False])
def test_a_file_that_is_refused_is_not_read_for_the_page_that_says_so(scene: Scene, path: str, known: bool) -> None:
    """A form with a file of five MiB, of an older session or of nobody: refused by what it said first, the file left alone."""
    app, boundary = create_app(court=scene.court), "a" * 20
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\nold\r\n--{boundary}\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    data = head.encode() + b"A line.\r\n" * 600_000 + f"\r\n--{boundary}--\r\n".encode()
    body, kind, client = io.BytesIO(data), f"multipart/form-data; boundary={boundary}", app.test_client()
    if known:
        with scene.court.database.write() as session:
            account, now = session.get_one(Account, scene.people["li"]), scene.clock.machine_now()
            token, _ = sessions.open_session(session, account, now, device="t", address="127.0.0.1", two_factor=True)
        client.set_cookie(session_cookie_name(is_secure(scene.court.settings)), token)
    asked = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(data)), "CONTENT_TYPE": kind}
    said = {"Origin": "http://localhost"}
    refused = client.post(path, headers=said, environ_overrides=asked)
    assert refused.status_code == (400 if known else 401)
    assert body.tell() <= 2**17
