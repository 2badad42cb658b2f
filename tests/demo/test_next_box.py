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
from odr.procedure.acts.windows import TIME_LIMITS, Nature, rule_of, shown_windows
from odr.procedure.case.next_box import next_box
from odr.procedure.court import Court
from odr.web.guards import session_cookie_name


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
                box = next_box(look, case, actor)
                assert box is not None
                mine = {w.reference: w for w in shown_windows(look, case, actor) if w.party_id == party.id}
                kinds = {r: TIME_LIMITS[w.kind].nature for r, w in mine.items()}
                shown = {s.window.reference for s in (box.step, *box.later, *box.remedies) if s is not None}
                owed = box.owed.act if box.owed is not None else None  # Said by the order itself, above all else.
                duties = {
                    r for r, w in mine.items() if kinds[r] is Nature.DUTY and owed not in TIME_LIMITS[w.kind].met_by
                }
                assert duties <= shown
                if box.step is None:
                    assert box.waits is not None and str(box.waits)
                    seen["quiet"] += 1
                else:
                    assert kinds[box.step.window.reference] is Nature.DUTY and (box.step.act or box.step.page)
                    assert box.step.consequence is not None, rule_of(look, box.step.window).title
                    seen["duty"] += 1
                seen["remedy"] += len(box.remedies)
    assert seen["quiet"] and seen["remedy"], seen


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
                    r"Next for you|Nothing for you|You are late|ask the court to enforce|您的下一步|您现在不用|您不用做什么|您已逾期|申请强制执行",
                    first,
                )
                and "Withdraw" not in first
            )
            docket = client.get(f"/cases/{reference}/docket", base_url="http://court.test").text
            assert "court-nextline" in docket
