"""Whoever opens a case sees first what waits for them, or who is waited for: over every state of the demonstration."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.identity.sign_in.sessions import open_session
from odr.procedure.court import Court
from odr.web.presence import session_cookie_name
from tests.box import looked_at
from tests.letter_days import days_missing


def test_whoever_has_an_open_time_limit_sees_it_and_whoever_has_none_is_told_who_is_waited_for(told: Court) -> None:
    """Every party of every case of the demonstration: a duty stands in the box with the way to do it, a remedy never
    before a duty, and a box without either says who has to act.
    """
    seen = {"duty": 0, "quiet": 0, "remedy": 0}
    with told.database.read() as session:
        look = told.look(session)
        for case in session.scalars(select(Case)):
            for party in case.parties:
                actor = Actor(party.role, party.account_id, party.name, case.id, party.id)
                box = looked_at(look, case, actor)
                # Here every duty is one that a decision orders: it is said by the order, not as a step.
                seen["quiet" if box.is_quiet else "duty"] += 1
                seen["remedy"] += len(box.remedies)
    assert all(seen.values()), seen


def entered(court: Court, app: Flask, account: int) -> FlaskClient:
    """The browser of somebody who signed in with two factors."""
    client = app.test_client()
    with court.database.write() as session:
        row = session.get_one(Account, account)
        token, _ = open_session(
            session, row, court.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
        )
    client.set_cookie(session_cookie_name(False), token, domain="court.test")
    return client


def test_the_box_stands_on_every_page_of_a_case(told: Court) -> None:
    """Whole on the overview, one line on the other pages; what withdraws a claim is never in it."""
    app = create_app(court=told)
    with told.database.read() as session:
        cases = [
            (c.reference, [p.account_id for p in c.parties if p.account_id]) for c in session.scalars(select(Case))
        ]
    for reference, accounts in cases:
        for account in accounts:
            client = entered(told, app, account)
            page = client.get(f"/cases/{reference}", base_url="http://court.test").text
            first = page.split('id="next"')[1].split("</section>")[0]
            assert (
                re.search(
                    r"Next for you|Nothing for you|You won|您胜诉了|You are late|ask the court to enforce|您的下一步|您现在不用|您不用做什么|您已逾期|申请强制执行",
                    first,
                )
                and "Withdraw" not in first
            )
            docket = client.get(f"/cases/{reference}/docket", base_url="http://court.test").text
            assert "court-nextline" in docket


def test_every_letter_of_the_demonstration_names_the_day_of_what_it_asks(told: Court) -> None:
    """Whoever got a time limit by an act reads its last day in the letter about it, in both languages."""
    with told.database.read() as session:
        dated, wrong = days_missing(session)
    assert dated > 20 and wrong == []
