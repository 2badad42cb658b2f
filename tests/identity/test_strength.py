"""Every way in is as strong as what was shown for it: by a password alone nobody serves the court."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from odr.docket.models import Role
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.models import Account
from odr.identity.sign_in import program_tokens, sessions
from odr.identity.sign_in.program_tokens import Scope
from odr.web.guards import Entry, guard_of
from tests.identity.conftest import ORIGIN, NewBrowser, People

BrowserOf = NewBrowser
UNREADY = {"/metrics", "/health/ready"}
"""They ask the log, which this court has not."""
PARAMETER = re.compile(r"<[^>]+>")


@pytest.fixture
def judge(people: People) -> int:
    """A judge in a case, who has set up no second factor."""
    judge = people.add("judge@court.example", "Judge Shen", Role.JUDGE)
    case = people.case(people.add("li@example.com"), people.add("wu@example.com"))
    people.seat(case, judge, Role.JUDGE)
    return judge


def test_by_a_password_alone_a_judge_makes_no_token(browser_of: BrowserOf, judge: int) -> None:
    """Not even a look at the page of tokens."""
    browser = browser_of()
    browser.sign_in("judge@court.example")
    token = browser.token("/account/second-factor")
    form = {"csrf_token": token, "name": "mine", "scopes": ["cases:read", "cases:act"], "days": "30"}
    made = browser.client.post("/account/tokens", base_url=ORIGIN, data=form, headers={"Origin": ORIGIN})
    assert made.headers["Location"] == "/account/second-factor" and "odr_" not in made.text


@pytest.mark.parametrize(("two_factor", "status"), [(False, 403), (True, 200)])
def test_a_token_is_as_strong_as_the_session_it_was_made_in(
    two_factor: bool, status: int, app: Flask, judge: int, database: Database, clock: FixedClock
) -> None:
    """One made by a password alone opens nothing of a case, its title in the list included."""
    with database.write() as session:
        token = program_tokens.issue(
            session,
            session.get_one(Account, judge),
            name="mine",
            scopes=list(Scope),
            lasts=timedelta(days=1),
            two_factor=two_factor,
            now=clock.machine_now(),
        )
    client, sent = app.test_client(), {"Authorization": f"Bearer {token}"}
    for path in ("/api/v1/cases", "/api/door/cases"):
        answer = client.get(path, base_url=ORIGIN, headers=sent)
        assert answer.status_code == status and ("a kettle" in answer.text) <= two_factor


def test_staff_without_a_factor_sees_only_where_to_set_one_up(app: Flask, browser_of: BrowserOf, judge: int) -> None:
    """No page that is for people who are signed in, but those few: neither a list nor a title."""
    browser = browser_of()
    browser.sign_in("judge@court.example")
    opened = set()
    with app.app_context():
        for rule in app.url_map.iter_rules():
            guard = guard_of(rule.endpoint)
            if guard is None or "GET" not in (rule.methods or ()) or rule.rule in UNREADY:
                continue
            answer = browser.get(PARAMETER.sub("1", rule.rule))
            assert "a kettle" not in answer.text, rule.rule
            if answer.status_code == 200 and guard.entry is not Entry.PUBLIC:
                opened.add(rule.rule)
    assert opened == {
        "/account",
        "/account/close",
        "/account/confirm",
        "/account/devices",
        "/account/second-factor",
        "/account/second-factor/app",
    }


def test_setting_up_a_factor_ends_what_is_weaker(
    browser_of: BrowserOf, people: People, database: Database, clock: FixedClock
) -> None:
    """Sessions and tokens from before know nothing of it; the browser that did it stays."""
    person = people.add("li@example.com")
    here, elsewhere = browser_of(), browser_of()
    for browser in (here, elsewhere):
        browser.sign_in("li@example.com")
    with database.write() as session:
        account = session.get_one(Account, person)
        tokens = [
            program_tokens.issue(
                session,
                account,
                name="mine",
                scopes=[Scope.READ],
                lasts=timedelta(days=1),
                two_factor=strong,
                now=clock.machine_now(),
            )
            for strong in (False, True)
        ]
    page = here.get("/account/second-factor/app").text
    secret = re.search(r"<code translate=\"no\">([A-Z2-7]{32})</code>", page)
    assert secret
    code = people.code(pyotp.TOTP(secret[1]))
    assert here.submit("/account/second-factor/app", {"code": code}).status_code == 200
    assert here.get("/account/tokens").status_code == 200
    assert elsewhere.get("/account/tokens").headers["Location"].startswith("/account/sign-in")
    with database.read() as session:
        found = [program_tokens.find(session, token, clock.machine_now()) is not None for token in tokens]
    assert found == [False, True]


def test_giving_a_factor_up_ends_what_rested_on_it(
    browser_of: BrowserOf, people: People, database: Database, clock: FixedClock
) -> None:
    """Other sessions and tokens end, and the one that did it is as strong as a password."""
    person = people.add("li@example.com")
    totp = people.enrol(person)
    here, elsewhere = browser_of(), browser_of()
    here.sign_in("li@example.com", code=people.code(totp))
    clock.advance(timedelta(seconds=60))
    elsewhere.sign_in("li@example.com", code=people.code(totp))
    assert here.submit("/account/second-factor/app/remove", on="/account/second-factor").status_code == 303
    assert elsewhere.get("/account/tokens").headers["Location"].startswith("/account/sign-in")
    with database.read() as session:
        [row] = sessions.live(session, person, clock.machine_now())
    assert row.two_factor is False


def test_an_old_sign_in_elsewhere_is_no_fresh_proof(people: People, database: Database, clock: FixedClock) -> None:
    """Who proved themselves to a provider two hours ago has not done so just now."""
    person, now = people.add("li@example.com"), clock.machine_now()
    with database.write() as session:
        account = session.get_one(Account, person)
        token, _ = sessions.open_session(
            session, account, now, device="", address="", two_factor=False, proved_at=now - timedelta(hours=2)
        )
        found = sessions.find(session, token, now)
    assert found is not None and found[0].strong_at == now - timedelta(hours=2)
