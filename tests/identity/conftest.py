"""A court's door with its identity room, opened as the running court opens it, and a mailbox to look into."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from odr.app import create_app
from odr.docket.models import Case, Party, PartyKind, Role, Seat, Stage, Track
from odr.ground.clock import FixedClock
from odr.ground.config import Mode, Settings
from odr.ground.db import Database
from odr.ground.text import T
from odr.identity.accounts import accounts, staff as staff_accounts
from odr.identity.accounts.accounts import Means
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.passwords import Passwords
from odr.identity.sign_in.program_tokens import Scope
from odr.procedure.acts.table import ActTable
from odr.procedure.court import Court, Ports
from odr.procedure.hooks import Hooks
from odr.procedure.rules.registry import PackRegistry
from odr.web.guards import api, case_page, current_person, public, require_strong, signed_in, staff

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "three grey herons"
ORIGIN = "http://court.test"

PAGE_OF = {
    "Confirm your email address": "/account/confirm-address/",
    "Set your password": "/account/reset/",
    "Sign the mandate of your representative": "/account/mandate/",
}
"""Subject of a letter → the page that its code opens; ``test_one_door`` holds the court to it."""


@dataclass
class Mailbox:
    """A mail port that keeps letters where a test can read them."""

    letters: list[tuple[str, str, str, str]] = field(default_factory=list)

    def send(self, to: str, subject: str, text: str, html: str | None, locale: str) -> None:
        self.letters.append((to, subject, text, locale))

    def code(self) -> str:
        """The code in the newest letter."""
        found = re.search(r"\b(?:[2-9A-Z]{4}-){4}[2-9A-Z]{4}\b", self.letters[-1][2])
        assert found, self.letters[-1]
        return found[0]

    def link(self) -> str:
        """Address of the page that the code in the newest letter opens."""
        subject, locale = self.letters[-1][1], self.letters[-1][3]
        return next(page for words, page in PAGE_OF.items() if T(words).render(locale) == subject) + self.code()


@pytest.fixture
def mailbox() -> Mailbox:
    """The court's letters."""
    return Mailbox()


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """A fresh database with the court's tables."""
    database = Database(sqlite_url, synchronous="OFF")
    yield database
    database.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a court reached at ``ORIGIN``."""
    return Settings(mode=Mode.TEST, data_dir=tmp_path, base_url=ORIGIN, argon2_cheap=True)


@pytest.fixture
def court(settings: Settings, database: Database, clock: FixedClock, mailbox: Mailbox) -> Court:
    """As much of a court as its door needs."""
    return Court(settings, database, clock, _NO_LOG, _PACKS, ActTable(), Hooks(), Ports(mail=mailbox))


_PACKS = PackRegistry.load()
_NO_LOG: Any = SimpleNamespace(signed=0)
"""Nothing of this room is recorded: a page only asks whether the log was signed since."""
_COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="templates-"))
"""Templates are compiled once for all tests: each opens an application of its own."""


def open_door(court: Court) -> Flask:
    """The application, with a page behind each kind of guard besides its own."""
    app = create_app(court=court)
    app.jinja_env.bytecode_cache = _COMPILED
    _add_pages(app)
    return app


def _add_pages(app: Flask) -> None:
    @app.get("/door/open")
    @public
    def open_page() -> str:
        return "anybody"

    @app.route("/door/write", methods=["GET", "POST"])
    @signed_in
    def write_page() -> str:
        return f"written by {current_person().name}"  # type: ignore[union-attr]

    @app.post("/door/upload")
    @signed_in(upload=True, most=None)
    def upload() -> str:
        return "taken"

    @app.post("/door/hook")
    @public(csrf=False)
    def hook() -> str:
        return "heard"

    @app.get("/door/tile")
    @public(shared=True)
    def tile() -> ResponseReturnValue:
        return "tile", 200, {"Cache-Control": "public, max-age=31536000, immutable"}

    @app.get("/door/desk")
    @staff(Role.CLERK)
    def desk() -> str:
        return "desk"

    @app.route("/door/sign", methods=["GET", "POST"])
    @signed_in
    @require_strong()
    def sign() -> str:
        return "signed"

    @app.get("/door/cases/<reference>")
    @case_page()
    def case_view(case: Case, actor: Actor) -> str:
        return f"{case.reference} {actor.hat}"

    @app.get("/door/cases/<reference>/bench")
    @case_page(Role.JUDGE)
    def bench(case: Case, actor: Actor) -> str:
        return "bench"

    @app.get("/api/door/cases/<reference>")
    @case_page(scope=Scope.READ)
    def api_case(case: Case, actor: Actor) -> str:
        return actor.hat

    @app.route("/api/door/cases", methods=["GET", "POST"])
    @api("cases:file")
    def api_file() -> str:
        return "filed"


@pytest.fixture
def app(court: Court) -> Flask:
    """The application."""
    return open_door(court)


@pytest.fixture
def means(court: Court) -> Means:
    """What the identity room works with."""
    return Means(court.database, keyring(court.settings.secret_key), Passwords(cheap=True), court.settings.base_url)


class Browser:
    """A browser as far as forms go: keeps cookies, sends the token of the page and says where it comes from."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=ORIGIN, **more)

    def token(self, path: str) -> str:
        """The token on a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1]

    def submit(self, path: str, data: dict[str, Any] | None = None, *, on: str | None = None) -> TestResponse:
        """Fill in the form of the page at ``on`` (or at ``path``) and send it to ``path``."""
        token = self.token(on or path)
        return self.client.post(
            path, base_url=ORIGIN, data={**(data or {}), "csrf_token": token}, headers={"Origin": ORIGIN}
        )

    def sign_in(self, email: str, password: str = PASSWORD, code: str | None = None) -> TestResponse:
        """Sign in with password and, where asked, a code."""
        answer = self.submit("/account/sign-in", {"email": email, "password": password})
        if code is not None and answer.headers.get("Location") == "/account/sign-in/code":
            return self.submit("/account/sign-in/code", {"code": code})
        return answer


NewBrowser = Callable[[], Browser]
"""Opens one more browser on the application, nobody signed in."""


@pytest.fixture
def browser_of(app: Flask) -> NewBrowser:
    """Gives a new browser on the application."""
    return lambda: Browser(app)


def without_tokens(page: str) -> str:
    """A page without its form tokens, which differ each second."""
    return re.sub(r'(csrf_token" value|data-token)="[^"]+"', "", page)


@dataclass
class People:
    """Makes people of the court and parties."""

    means: Means
    clock: FixedClock

    def add(self, email: str, name: str = "", *roles: Role) -> int:
        """An active account; its password is ``PASSWORD``."""
        stored = self.means.passwords.hash(PASSWORD)
        with self.means.database.write() as session:
            account = accounts.create(
                session,
                email=email,
                name=name or email.split("@")[0],
                locale="en",
                now=self.clock.machine_now(),
                password_hash=stored,
            )
            for role in roles:
                staff_accounts.grant(session, account, role, self.clock.machine_now())
            return account.id

    def enrol(self, account_id: int) -> pyotp.TOTP:
        """Set up an app for the account; its clock then moves on, so that the next code is a fresh one."""
        totp = pyotp.TOTP(one_time_codes.new_secret())
        with self.means.database.write() as session:
            account = session.get_one(Account, account_id)
            one_time_codes.enrol(
                session, self.means.keyring, account, totp.secret, self.code(totp), self.clock.machine_now()
            )
        self.clock.advance(timedelta(seconds=one_time_codes.STEP))
        return totp

    def code(self, totp: pyotp.TOTP) -> str:
        """What the app shows now."""
        return totp.at(int(self.clock.machine_now().timestamp()))

    def case(self, claimant: int, respondent: int, number: str = "(2026) 浙0192民初1号") -> str:
        """A case between two people; gives its reference."""
        now = self.clock.now()
        with self.means.database.write() as session:
            case = Case(**_case_values(now), number=number)
            session.add(case)
            session.flush()
            for role, account_id in ((Role.CLAIMANT, claimant), (Role.RESPONDENT, respondent)):
                account = session.get_one(Account, account_id)
                session.add(
                    Party(
                        case_id=case.id,
                        role=role,
                        ordinal=1,
                        name=account.name,
                        kind=PartyKind.PERSON,
                        account_id=account_id,
                        email=account.email,
                    )
                )
            return case.reference

    def seat(self, reference: str, account_id: int, role: Role) -> None:
        """Seat somebody in a case."""
        with self.means.database.write() as session:
            case = session.query(Case).filter_by(reference=reference).one()
            session.add(Seat(case_id=case.id, account_id=account_id, role=role, from_at=self.clock.now()))


def _case_values(now: datetime) -> dict[str, Any]:
    return {
        "pack_id": "cn",
        "pack_version": "2024-01-01",
        "stage": Stage.PENDING,
        "track": Track.SMALL,
        "cause": "online_sale",
        "title": "a kettle",
        "filed_on": now.date(),
        "lodged_at": now,
    }


@pytest.fixture
def people(means: Means, clock: FixedClock) -> People:
    """Makes accounts, second factors and cases."""
    return People(means, clock)
