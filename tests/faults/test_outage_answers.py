"""While what the court stands on does not answer: every route says so in words, in time, and tells no log about anybody."""

from __future__ import annotations

import fcntl
import re
import secrets
import sqlite3
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError as PoolTimeout
from werkzeug.routing import Rule

from odr.app import create_app
from odr.ground.db import Database, new_reference
from odr.ground.errors import StorageFull, Unavailable
from odr.ground.logs import harmless
from odr.ground.unavailable import breach_of
from odr.web.presence import session_cookie_name
from tests.faults.test_double_submit import bearer
from tests.scene import Scene

STANDS = {"/health/live", "/static/<path:filename>"}
"""What answers without the database."""
ANSWER_WITHOUT = {
    "/account/sign-in/code",  # leads back to the sign-in page where no sign-in is under way
    "/check/<code>",  # leads to where such a code is read
    "/log/keys",
    "/log/log.pem",
    "/log/time-authority.pem",
    "/service/receipts/<provider>",  # refuses what no carrier signed
    "/uploads/hash-worker.js",
    "/decisions/check_register.py",
    "/draws/check_draw.py",
    "/enforcement-list/check_list.py",
    "/decisions/verify.py",
    "/robots.txt",  # says what the rules say, which lie in files
    "/guide/was",  # leads back to the guide where nothing was asked
    "/api/v1/standards",  # what the rules ask for, which lie in files
    "/api/v1/guide",  # refuses where nothing is asked; passages lie in files
    "/line.json",  # refuses what is no message
    "/line/sms",  # there is none where no gateway has a secret
    "/kiosk/<any(scan, pay, print, hearing):act>",  # a browser that is no terminal is led to where it could be made one
    "/kiosk/ask",
    "/kiosk/person",
    "/kiosk/letters",
    "/kiosk/still",
    "/kiosk/here",
    "/kiosk/ended",
    "/browser-errors",  # counts, and looks nothing up
}
"""What answers as always: files, keys, and what is refused before anything is looked up."""
ADDRESS = "203.0.113.77"


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method of every route."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def path_of(rule: Rule, value: str) -> str:
    """An address of a route, with what stands for any reference in it."""
    filled = re.sub(r"<any\(([^,)]*)[^)]*\):\w+>", r"\1", rule.rule)
    filled = re.sub(r"<int[^>]*>", "7", filled)
    return re.sub(r"<[^>]+>", value, filled)


@pytest.fixture(params=["gone", "refused"])
def without_database(request: pytest.FixtureRequest, small_scene: Scene, tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """A court whose file cannot be opened, and one whose PostgreSQL refuses connections; with a token of somebody's."""
    token = bearer(small_scene, "li")
    app = create_app(court=small_scene.court)
    if request.param == "gone":
        (tmp_path / "gone" / "court.sqlite").mkdir(parents=True)
        broken = Database(f"sqlite:///{tmp_path / 'gone' / 'court.sqlite'}")
    else:
        broken = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")
    small_scene.court.database = broken
    yield app, token
    broken.dispose()


def test_every_route_says_that_the_court_cannot_be_reached(without_database: tuple[Flask, str], told: StringIO) -> None:
    """503 with Retry-After: problem details for programs, a page with words for people, in their language; and no line of
    the log holds an address, a reference, a token or what somebody typed.
    """
    app, token = without_database
    reference, typed = new_reference(), secrets.token_hex(16)
    headers = {"X-Forwarded-For": ADDRESS}
    wrong, asked = [], 0
    for method, rule in routes(app):
        if rule.rule in STANDS:
            continue
        for accept in ("text/html", "application/json"):
            client = app.test_client()
            if not rule.rule.startswith("/api/"):
                client.set_cookie(session_cookie_name(False), token)
            answer = client.open(
                f"{path_of(rule, reference)}?q={typed}",
                method=method,
                headers={
                    **({"Authorization": f"Bearer {token}"} if rule.rule.startswith("/api/") else {}),
                    **headers,
                    "Accept": accept,
                    "Accept-Language": "zh",
                },
                data={"name": typed},
                environ_base={"REMOTE_ADDR": ADDRESS},
            )
            asked += 1
            as_page = accept == "text/html" and not rule.rule.startswith("/api/")
            kind = "text/html" if as_page else "application/problem+json"
            good = answer.status_code == 503 and answer.mimetype == kind and answer.headers.get("Retry-After") == "30"
            if rule.rule in ("/health", "/health/ready"):
                good = answer.status_code == 503 and answer.get_json()["wrong"] == ["database"]
            elif answer.status_code < 500:
                good = rule.rule in ANSWER_WITHOUT
            elif good and as_page:
                good = "本院" in answer.text and 'lang="zh-Hans"' in answer.text
            if not good:
                wrong.append(f"{method} {rule.rule} for {accept}: {answer.status_code} {answer.mimetype}")
    assert not wrong, "\n".join(sorted(set(wrong)))
    lines = told.getvalue()
    assert asked > 500 and '"status": 503' in lines
    said = [line for line in lines.splitlines() if any(one in line for one in (reference, token, typed, ADDRESS))]
    assert said == []


@pytest.mark.parametrize(
    ("error", "breach"),
    [
        (psycopg.errors.DiskFull(), StorageFull),
        (psycopg.errors.LockNotAvailable(), Unavailable),
        (psycopg.errors.QueryCanceled(), Unavailable),
        (psycopg.errors.TooManyConnections(), Unavailable),
        (psycopg.errors.AdminShutdown(), Unavailable),
        (psycopg.errors.CannotConnectNow(), Unavailable),
        (psycopg.OperationalError("nobody there"), Unavailable),
        (psycopg.errors.UndefinedTable(), None),
        (psycopg.errors.UniqueViolation(), None),
    ],
)
def test_which_failures_of_postgresql_are_an_outage(error: psycopg.Error, breach: type | None) -> None:
    """By the state the database gives; a defect of the program stays one."""
    kind = OperationalError if breach else IntegrityError
    found = breach_of(kind("select", {}, error))
    assert found is None if breach is None else isinstance(found, breach)


def test_which_failures_of_sqlite_are_an_outage(tmp_path: Path) -> None:
    """As the library itself raises them."""
    whole = sqlite3.connect(tmp_path / "a.sqlite", timeout=0, isolation_level=None)
    whole.execute("CREATE TABLE t (x)")
    whole.execute("PRAGMA max_page_count=2")
    other = sqlite3.connect(tmp_path / "a.sqlite", timeout=0, isolation_level=None)
    found = []
    for step in (
        lambda: whole.execute("INSERT INTO t VALUES (zeroblob(100000))"),
        lambda: (whole.execute("BEGIN IMMEDIATE"), other.execute("BEGIN IMMEDIATE")),
        lambda: sqlite3.connect(tmp_path).execute("SELECT 1"),
        lambda: other.execute("SELECT 1 FROM nothing"),
    ):
        with pytest.raises(sqlite3.Error) as raised:
            step()
        found.append(type(breach_of(OperationalError("", {}, raised.value))))
    assert found == [StorageFull, Unavailable, Unavailable, type(None)]
    assert isinstance(breach_of(PoolTimeout()), Unavailable) and isinstance(breach_of(OSError(28, "full")), StorageFull)
    assert breach_of(ValueError("x")) is None and breach_of(None) is None
    whole.close()
    other.close()


def test_nobody_waits_for_ever_for_the_lock_file(small_scene: Scene) -> None:
    """Somebody holds it and stands still: the act is refused, nothing is kept, and the same is taken when it is free."""
    path = small_scene.court.database.path
    impatient = Database(small_scene.court.database.url, lock_patience=0.0)
    assert path is not None
    with open(path.with_suffix(path.suffix + ".lock"), "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Unavailable), impatient.write():
            pass
    with impatient.write():
        pass
    impatient.dispose()


REFERENCES = st.builds(new_reference)
ADDRESSES = st.ip_addresses().map(str)
TOKENS = st.integers(min_value=16, max_value=40).map(secrets.token_hex) | st.integers(16, 40).map(secrets.token_urlsafe)
TELEPHONES = st.from_regex(r"\A1[3-9][0-9]{9}\Z")
AROUND = st.sampled_from(["%s", "/cases/%s", "/cases/%s/claim", "case.%s", "%s:443", "a/%s/b", "%s."])


@given(REFERENCES | ADDRESSES | TOKENS | TELEPHONES, AROUND)
def test_what_stands_for_somebody_becomes_a_dash(value: str, around: str) -> None:
    """References, networks, tokens and telephones are spelled like names of the program, and are told as a dash wherever
    they stand.
    """
    assert harmless(around % value) == "–"


@pytest.mark.parametrize(
    "name", ["accept_first", "odr.procedure.court", "log-2026", "/cases/<reference>", "court_log_waiting"]
)
def test_names_of_the_program_are_told(name: str) -> None:
    """What the keepers need."""
    assert harmless(name) == name
