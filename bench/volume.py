"""Pages and the worker's rounds among very many cases, beside the same among a thousand, on both engines: what somebody looks at
is as large in both courts, what lies around it is not. With ``ODR_PROVE`` there are a million.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bench.frame import PAIRS, Ratio, cpu, report, timed
from odr.app import create_app, create_court
from odr.docket.models import Case, Party
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in import sessions
from odr.operations import worker
from odr.procedure.court import Court
from odr.training.volume.rows import fill_rows
from odr.web.presence import session_cookie_name
from tests.peers.postgres import PostgresCluster, find_binaries
from tests.test_routes import routes

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FEW = 1_000
MANY = int(os.environ.get("ODR_BENCH_VOLUME") or (1_000_000 if os.environ.get("ODR_PROVE") else 20_000))
LIMIT = 1.3
NOISE = 0.003
"""Seconds by which a page must be slower to be named: two looks at one page differ by as much on a machine at work."""
PEOPLE = ("li", "chengguang", "judge", "clerk", "president", "cashier", "admin")
"""A person and a platform of hundreds of thousands of cases; and who works at the court."""
LOOKED = {200}


def laid(folder: Path, url: str, cases: int) -> Court:
    """A training court with rows of so many cases."""
    folder.mkdir()
    migrate.upgrade(url)
    settings = Settings(mode="training", data_dir=folder, database_url=url, argon2_cheap=True)
    court = create_court(settings, FixedClock(NOW), Database(url, synchronous="OFF"))
    fill_rows(court, cases)
    return court


@contextmanager
def engines(folder: Path) -> Iterator[dict[str, Callable[[str], str]]]:
    """By the name of an engine, how to get the address of a new database of it."""
    found: dict[str, Callable[[str], str]] = {"SQLite": lambda name: f"sqlite:///{folder / name}.sqlite"}
    binaries = find_binaries()
    with ExitStack() as stack:
        if binaries is None:
            print("PostgreSQL is not installed: only SQLite is measured (apt install postgresql)")
        else:
            cluster = PostgresCluster(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg"))), binaries)
            cluster.create()
            cluster.start()
            stack.callback(cluster.stop)
            found["PostgreSQL"] = cluster.create_database
        yield found


def browser(app: Flask, court: Court, who: str) -> FlaskClient:
    """A signed-in browser of somebody of the first set of people."""
    client = app.test_client()
    with court.database.write() as session:
        one = Account.email.in_([f"{who}@court.example", f"{who}@parties.example"])
        account = session.scalars(select(Account).where(one)).one()
        token, _ = sessions.open_session(
            session, account, court.clock.machine_now(), device="bench", address="::1", two_factor=True
        )
    client.set_cookie(session_cookie_name(False), token)
    return client


def pages_of(app: Flask, court: Court) -> list[str]:
    """Every page that needs nothing, and every page of one case that the platform has."""
    with court.database.read() as session:
        one = select(Case.reference).join(Party).join(Account, Account.id == Party.account_id)
        told = one.where(Account.email == "chengguang@parties.example", Case.id < FEW).order_by(Case.id)
        reference = session.scalars(told).first() or ""
    found = []
    for method, rule in routes(app):
        if (
            method == "GET"
            and rule.arguments <= {"reference"}
            and (not rule.arguments or rule.rule.startswith("/cases/"))
        ):
            found.append(rule.rule.replace("<reference>", reference))
    return found


def pages(engine: str, few: Court, many: Court) -> list[Ratio]:
    """For everybody: the pages that open for them, all of them together; and each that is slower by itself."""
    apps = [create_app(court=court) for court in (many, few)]
    clock = cpu if engine == "SQLite" else timed
    found = []
    for who in PEOPLE:
        clients = [browser(app, court, who) for app, court in zip(apps, (many, few), strict=True)]
        lists = [pages_of(app, court) for app, court in zip(apps, (many, few), strict=True)]
        taken: dict[str, list[tuple[float, float]]] = {}
        for mine, other in zip(*lists, strict=True):
            if {clients[0].get(mine).status_code, clients[1].get(other).status_code} != LOOKED:
                continue
            taken[mine] = [
                (clock(partial(clients[0].get, mine)), clock(partial(clients[1].get, other))) for _ in range(PAIRS)
            ]
        sums = [
            (sum(pair[i][0] for pair in taken.values()), sum(pair[i][1] for pair in taken.values()))
            for i in range(PAIRS)
        ]
        whole = Ratio(f"{engine}: {len(taken)} pages of {who}", f"among {MANY:,}", f"among {FEW:,}", LIMIT, False, sums)
        found.append(whole)
        for page, pairs in taken.items():
            one = Ratio(f"{engine}: {page} of {who}", f"among {MANY:,}", f"among {FEW:,}", LIMIT, False, pairs)
            if not one.holds and statistics.median(a - b for a, b in pairs) > NOISE:
                found.append(one)
    return found


def rounds(engine: str, few: Court, many: Court) -> Ratio:
    """A round of the worker in which nothing is due, after one that did what there was."""
    clock = cpu if engine == "SQLite" else timed
    for court in (many, few):
        worker.work_once(court)
    pairs = [(clock(lambda: worker.work_once(many)), clock(lambda: worker.work_once(few))) for _ in range(PAIRS)]
    return Ratio(f"{engine}: a round of the worker", f"among {MANY:,}", f"among {FEW:,}", LIMIT, False, pairs)


def run() -> list[Ratio]:
    """Every engine that is here."""
    found: list[Ratio] = []
    with tempfile.TemporaryDirectory() as place, engines(Path(place)) as databases:
        folder = Path(place)
        for engine, address in databases.items():
            small, large = f"few_{engine.lower()}", f"many_{engine.lower()}"
            few = laid(folder / small, address(small), FEW)
            began = time.perf_counter()
            many = laid(folder / large, address(large), MANY)
            seconds = time.perf_counter() - began
            ratios = [rounds(engine, few, many), *pages(engine, few, many)]
            with many.database.read() as session:
                cases = session.scalar(select(func.count()).select_from(Case))
            ratios[0].notes.append(
                f"{cases:,} cases with parties, seats, windows, tasks and fees, laid in {seconds:.0f} s"
            )
            for court in (few, many):
                court.database.dispose()
            for one in ratios:
                report(one)
            found += ratios
    return found
