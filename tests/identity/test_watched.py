"""Whoever watches over the court sees who came in and who was refused, by nothing that names a person; nobody reads the
court empty, and nobody keeps a hundred devices signed in.
"""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import func, select

from odr.app import create_app
from odr.ground.config import Settings, SettingsError
from odr.ground.errors import InvalidInput, TooMany
from odr.identity.models import Account, SessionRow
from odr.identity.sign_in.passwords import Passwords, check_choice, common
from odr.identity.sign_in.sessions import MOST_DEVICES, open_session
from odr.procedure.court import Court
from odr.web.pace import MOST_KNOWN, Pace
from odr.web.security_log import SHOWN
from tests.identity.conftest import PASSWORD, Browser, NewBrowser, People

BrowserOf = NewBrowser


def events(told: StringIO) -> list[dict[str, Any]]:
    """The lines of the security log."""
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    return [line for line in lines if line["logger"] == "odr.web.security_log"]


def test_who_came_in_and_who_was_kept_out_is_told(browser_of: BrowserOf, people: People, told: StringIO) -> None:
    """A wrong password, a right one, a page of somebody else's: each is a line with who, whence and why."""
    people.add("wu@example.com", "Wu Min")
    browser = browser_of()
    browser.submit("/account/sign-in", {"email": "wu@example.com", "password": "not the password"})
    browser.submit("/account/sign-in", {"email": "wu@example.com", "password": PASSWORD})
    browser.get("/cases/aaaaaaaaaaaaaaaaaaaaaaaaaa")
    failed, came, refused = events(told)
    assert (failed["event"], failed["factor"], failed["method"]) == ("sign-in failed", "password", "post")
    assert (came["event"], came["factors"]) == ("signed in", 1) and len(came["who"]) == SHOWN
    assert (refused["event"], refused["problem"], refused["status"]) == ("refused", "not-found", 404)
    assert refused["who"] == came["who"] and failed["from"] == came["from"] == refused["from"]
    assert not [line for line in told.getvalue().splitlines() if "wu@example" in line or "Wu Min" in line]
    answered = [json.loads(line) for line in told.getvalue().splitlines() if '"odr.request"' in line]
    assert answered[-1]["who"] == came["who"] and "who" not in answered[0]


def test_a_stranger_who_strays_is_no_event(browser_of: BrowserOf, told: StringIO) -> None:
    """A page that needs a person, asked for by nobody, leads to the sign-in page; a token that is none is an event."""
    browser = browser_of()
    browser.get("/home")
    browser.get("/nothing-of-the-kind")
    assert events(told) == []
    browser.client.get("/api/v1/cases", headers={"Authorization": "Bearer nothing"})
    assert [(line["problem"], line["status"]) for line in events(told)] == [("not-signed-in", 401)]


def test_nobody_reads_the_court_empty(court: Court, people: People, browser_of: BrowserOf) -> None:
    """A person asks as often as the setting says within a minute, then waits; another person does not wait for them."""
    people.add("wu@example.com", "Wu Min")
    people.add("zhou@example.com", "Zhou Fang")
    court.settings = court.settings.model_copy(update={"requests_per_minute": 30})
    app = create_app(court=court)
    one, other = Browser(app), Browser(app)
    for browser, email in ((one, "wu@example.com"), (other, "zhou@example.com")):
        browser.submit("/account/sign-in", {"email": email, "password": PASSWORD})
    answers = [one.get("/home").status_code for _ in range(40)]
    assert answers[:25] == [200] * 25 and answers[-1] == 429
    assert other.get("/home").status_code == 200


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@given(
    a_minute=st.integers(1, 50),
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 90, allow_nan=False)), max_size=120),
)
def test_within_any_minute_nobody_gets_more_than_twice_their_pace(
    a_minute: int, steps: list[tuple[str, float]]
) -> None:
    """Each for themselves: a full bucket and what flowed in meanwhile, never more; after a minute's pause all of it."""
    seconds = Seconds()
    pace, taken = Pace(a_minute, seconds), []
    for who, pause in steps:
        seconds.at += pause
        try:
            pace.take(who)
        except TooMany:
            continue
        taken.append((who, seconds.at))
        last = [at for one, at in taken if one == who and at > seconds.at - 60]
        assert len(last) <= 2 * a_minute
    seconds.at += 60
    for _ in range(a_minute):
        pace.take("a")
    with pytest.raises(TooMany):
        pace.take("a")


def test_who_asked_longest_ago_is_forgotten_first() -> None:
    """Memory is bounded, whoever asks under however many names."""
    pace = Pace(1, Seconds())
    for number in range(MOST_KNOWN + 10):
        pace.take(str(number))
    assert len(pace) == MOST_KNOWN
    with pytest.raises(TooMany):
        pace.take(str(MOST_KNOWN + 9))


def test_of_very_many_devices_the_one_unused_longest_is_signed_out(court: Court, people: People) -> None:
    """Twenty devices at a time; a further one ends the session that was used longest ago."""
    account_id = people.add("wu@example.com", "Wu Min")
    now = court.clock.machine_now()
    with court.database.write() as session:
        account = session.get_one(Account, account_id)
        first = open_session(session, account, now, device="old", address="::1", two_factor=False)[1]
        for _ in range(MOST_DEVICES):
            open_session(session, account, now, device="new", address="::1", two_factor=False)
        live = select(func.count()).where(SessionRow.account_id == account_id, SessionRow.revoked_at.is_(None))
        assert session.scalar(live) == MOST_DEVICES
        assert session.get_one(SessionRow, first).revoked_at == now


@pytest.mark.parametrize("password", ["1234567890", "qwertyuiop", "q1w2e3r4t5", "sunshine!2024", "12dragon1234"])
def test_a_common_password_is_refused_also_with_something_added(password: str) -> None:
    """What the lists of leaked passwords hold, and that with digits and signs before or behind it."""
    assert len(common()) > 25_000
    with pytest.raises(InvalidInput, match="among the first"):
        check_choice(password)


def test_secrets_come_from_files_too(tmp_path: Path) -> None:
    """A secret manager lays them into a folder, named like the variables; a variable counts more than a file."""
    (tmp_path / "ODR_SECRET_KEY").write_text("k" * 32 + "\n")
    (tmp_path / "ODR_COURT_NAME").write_text("Court of the file")
    (tmp_path / "other").write_text("nothing of the court's")
    read = Settings.load({"CREDENTIALS_DIRECTORY": str(tmp_path), "ODR_COURT_NAME": "Court of the variable"})
    assert (read.secret_key, read.court_name) == ("k" * 32, "Court of the variable")
    (tmp_path / "ODR_SECRET_KEY").write_bytes(b"\xff" * 32)
    with pytest.raises(SettingsError, match="CREDENTIALS_DIRECTORY"):
        Settings.load({"CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_a_password_is_kept_by_argon2id_with_the_figures_asked_for() -> None:
    """46 MiB, two rounds, one lane: a copy of the database gives no password away cheaply."""
    assert Passwords().hash("several words in a row").startswith("$argon2id$v=19$m=47104,t=2,p=1$")


def test_password_fields_hide_what_is_typed_and_take_what_is_pasted(browser_of: BrowserOf, people: People) -> None:
    """Each is a password field that managers know; nothing forbids to paste."""
    people.add("wu@example.com", "Wu Min")
    browser = browser_of()
    shown = {
        "/account/sign-in": browser.get("/account/sign-in").text,
        "/account/register": browser.get("/account/register").text,
    }
    browser.sign_in("wu@example.com")
    shown["/account/password"] = browser.get("/account/password").text
    for path, page in shown.items():
        fields = re.findall(r"<input[^>]*name=\"[^\"]*password[^\"]*\"[^>]*>", page)
        assert fields or path == "/account/register", path
        for field in fields:
            assert 'type="password"' in field and "autocomplete=" in field and "onpaste" not in field, field


def test_signing_out_is_on_every_page_and_clears_the_browser(browser_of: BrowserOf, people: People) -> None:
    """The way out stands in the head of each page of somebody signed in; taking it empties the browser's cache."""
    people.add("wu@example.com", "Wu Min")
    browser = browser_of()
    browser.sign_in("wu@example.com")
    for path in ("/home", "/account", "/account/password", "/account/sessions"):
        assert 'action="/account/sign-out"' in browser.get(path).text, path
    answer = browser.submit("/account/sign-out", on="/home")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get("/home").status_code == 303


def test_no_other_site_may_read_answers(browser_of: BrowserOf, people: People) -> None:
    """A page of another site that asks for ours gets no leave to read it, for strangers, people and programs."""
    people.add("wu@example.com", "Wu Min")
    browser = browser_of()
    browser.sign_in("wu@example.com")
    for path in ("/", "/home", "/api/v1/openapi.json", "/api/v1/cases"):
        sent = browser.get(path, headers={"Origin": "https://elsewhere.example"}).headers
        assert not [name for name, _ in sent if name.lower().startswith("access-control-")], path
