"""A training court that is filled, and how its pages are gone through: for tests and benches of very many cases."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_court
from odr.docket.models import Case, Party
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in import sessions
from odr.procedure.court import Court
from odr.web.presence import session_cookie_name
from tests.test_routes import routes

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def opened(folder: Path, url: str = "", sequencing: str = "") -> Court:
    """A training court in a folder, of a database of its own there, or of another; its log goes on as such a court's does, or as said."""
    folder.mkdir(exist_ok=True)
    url = url or f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    settings = Settings(mode="training", data_dir=folder, database_url=url, argon2_cheap=True, sequencing=sequencing)
    return create_court(settings, FixedClock(NOW), Database(url, synchronous="OFF"))


def browser(app: Flask, court: Court, who: str) -> FlaskClient:
    """A signed-in browser of somebody, by the part before the @."""
    client = app.test_client()
    with court.database.write() as session:
        here = Account.email.in_([f"{who}@court.example", f"{who}@parties.example"])
        account = session.scalars(select(Account).where(here)).one()
        token, _ = sessions.open_session(
            session, account, court.clock.machine_now(), device="test", address="::1", two_factor=True
        )
    client.set_cookie(session_cookie_name(False), token)
    return client


def case_of(court: Court, who: str) -> str:
    """The first case in which somebody is a party."""
    with court.database.read() as session:
        theirs = select(Case.reference).join(Party).join(Account, Account.id == Party.account_id).order_by(Case.id)
        return session.scalars(theirs.where(Account.email == f"{who}@parties.example").limit(1)).one()


def pages(app: Flask, case: str) -> list[tuple[str, str]]:
    """Every page that needs nothing but the case, as it is declared and as it is asked for."""
    return [
        (rule.rule, rule.rule.replace("<reference>", case))
        for method, rule in routes(app)
        if method == "GET" and (not rule.arguments or (rule.arguments == {"reference"} and "/cases/" in rule.rule))
    ]
