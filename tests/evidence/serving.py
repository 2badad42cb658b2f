"""A small court of one room over real HTTP, with two people signed in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from werkzeug.serving import make_server

from odr.evidence.intake.pages import blueprint
from odr.evidence.intake.unsubmitted_uploads_pages import unsubmitted
from odr.evidence.store.store import FolderStore
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.ground.errors import CourtError
from odr.ground.text import write
from odr.identity.models import Account, AccountState
from odr.identity.sign_in.sessions import open_session
from odr.notary.notary import Notary
from odr.procedure.acts.table import ActTable
from odr.procedure.court import Court, Ports
from odr.procedure.hooks import Hooks
from odr.procedure.rules.registry import PackRegistry
from odr.web.guards import assert_guarded, csrf_token, public, register_access
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = "<!doctype html><html lang=en><title>{% block title %}{% endblock %}</title>{% block head %}{% endblock %}{% block content %}{% endblock %}</html>"


@dataclass
class Client:
    """A browser's worth of cookies, token and origin."""

    port: int
    cookie: str = ""
    token: str = ""
    origin: str = ""

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            given.setdefault("Cookie", self.cookie)
        if self.token:
            given.setdefault("X-CSRF-Token", self.token)
        given.setdefault("Origin", self.origin)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return Answer(answer, answer.read())
        finally:
            connection.close()

    def tus(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """The same, speaking the upload protocol."""
        if body is not None:
            headers.setdefault("Content_Type", "application/offset+octet-stream")
        return self(method, path, body, Tus_Resumable="1.0.0", **headers)


@dataclass
class Answer:
    """What came back."""

    raw: HTTPResponse
    body: bytes

    @property
    def status(self) -> int:
        return self.raw.status

    def header(self, name: str) -> str:
        """A header's value, empty when absent."""
        return self.raw.getheader(name) or ""


@pytest.fixture
def court(database: Database, store: FolderStore, notary: Notary, clock: FixedClock, tmp_path: Path) -> Court:
    notary.establish()
    settings = Settings(data_dir=tmp_path, max_upload_bytes=2**21)
    return Court(settings, database, clock, notary, PackRegistry.load(), ActTable(), Hooks(), Ports(store=store))


@pytest.fixture
def app(court: Court) -> Flask:
    app = Flask("odr", root_path=str(ROOT / "odr"), static_folder=str(ROOT / "static"))
    app.jinja_loader = ChoiceLoader([DictLoader({"layout.html": LAYOUT}), FileSystemLoader(ROOT / "templates")])  # type: ignore[assignment]
    app.jinja_env.filters.update(text=lambda value: write(value, "en"), instant=lambda value: write(value, "en"))
    register_access(app, court)
    app.register_blueprint(blueprint)
    app.register_blueprint(unsubmitted)
    app.add_url_rule("/token", "token", public(csrf_token))
    app.register_error_handler(CourtError, lambda error: (str(error.message), error.status))
    assert_guarded(app)
    return app


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


def signed_in(court: Court, port: int, name: str) -> Client:
    """A client with a session of its own account and a token for its forms."""
    now = court.clock.machine_now()
    with court.database.write() as session:
        account = Account(
            email=f"{name}@example.com", name=name, state=AccountState.ACTIVE, created_at=now, confirmed_at=now
        )
        session.add(account)
        session.flush()
        token, _ = open_session(session, account, now, device="test", address="127.0.0.1", two_factor=False)
    client = Client(port, f"session_token={token}", origin=f"http://127.0.0.1:{port}")
    answer = client("GET", "/token")
    page = answer.header("Set-Cookie").split(";")[0]
    return Client(port, f"{client.cookie}; {page}", answer.body.decode(), client.origin)


@pytest.fixture
def alice(court: Court, port: int) -> Client:
    return signed_in(court, port, "alice")


@pytest.fixture
def bob(court: Court, port: int) -> Client:
    return signed_in(court, port, "bob")
