"""What a page of a case asks of the database: nothing twice, and no more for a full case than for a slim one."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, text
from werkzeug.routing import Rule

from odr.app import create_app
from odr.docket.models import Party, PartyKind, Role
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.identity.models import Account, AccountState
from odr.payments.models import Payment
from odr.procedure.models import Window, WindowState
from odr.web.guards import Entry
from tests.procedure.test_asked_once import asked
from tests.scene import Scene
from tests.test_bad_input import signed_in
from tests.test_routes import guard_of, routes

FULL = 25
"""Rounds of exhibits, statements and questions between the slim case and the full one: fifty of each, and a letter each."""
MOST = 20
"""Statements of any page of a case, those that judge every act or lay out a whole decision among them."""
SPARE = 2
"""Statements a full case may cost more: a list that was empty, or a reader's first visit."""


def pages_of(app: Flask) -> list[Rule]:
    """Pages of a case that need nothing but the case."""
    return [
        rule
        for method, rule in routes(app)
        if method == "GET"
        and rule.arguments == {"reference"}
        and rule.rule.startswith("/cases/")
        and (guard := guard_of(app, rule)) is not None
        and guard.entry is Entry.CASE
    ]


def counted(scene: Scene, app: Flask, client: FlaskClient) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Statements of each page that opens, and what was asked more than once on it."""
    counts, twice = {}, {}
    for rule in pages_of(app):
        path = rule.rule.replace("<reference>", scene.case().reference)
        status = client.get(path).status_code
        assert status < 500, path
        if status != 200:
            continue
        with asked(scene.court.database) as seen:
            client.get(path)
        counts[rule.rule] = len(seen)
        if len(seen) > MOST:
            # Shown where a test fails: what a page asks hangs on what the process knows already.
            sys.stdout.write("\n".join([rule.rule, *(f"  {one[0][:300]} {one[1]}" for one in seen), ""]))
        # What a case has none of is asked once a session; a page that looks behind its own snapshot has two.
        repeated = {one: times for one, times in Counter(seen).items() if times > 1 and " AS answer_0" not in one[0]}
        if repeated:
            twice[rule.rule] = [
                f"{times} × {one[0][:60]} … {one[0][-160:]} {one[1]}" for one, times in repeated.items()
            ]
    return counts, twice


def fill(scene: Scene, rounds: range) -> None:
    """Both show something, say something, and the judge asks and is answered."""
    parties = {party.account_id: party.reference for party in scene.case().parties}
    for number in rounds:
        for who in ("li", "haiyun"):
            upload = scene.upload(who, f"Page {number} of {who}".encode(), f"page-{number}.txt")
            scene.do(
                "submit_exhibit",
                who,
                upload=upload.reference,
                title=f"Page {number}",
                proves="What was ordered",
                source="My phone",
            )
            scene.do("post_statement", who, words=f"On point {number}: the parcel came on the day the page shows.")
            scene.do(
                "put_question", "judge", addressees=[parties[scene.people[who]]], words=f"Question {number} to {who}?"
            )


def test_a_page_asks_nothing_twice_and_a_full_case_costs_no_more_than_a_slim_one(small_scene: Scene) -> None:
    """Rows are counted on every page of a case: party and judge, one exhibit and two dozen."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when the goods were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    app = create_app(court=scene.court)
    fill(scene, range(1))
    before = {}
    for who in ("li", "judge"):
        client, _ = signed_in(scene, app, who)
        before[who], twice = counted(scene, app, client)
        assert len(before[who]) >= 20
        assert not twice, (who, twice)
    fill(scene, range(1, FULL))
    for who in ("li", "judge"):
        client, _ = signed_in(scene, app, who)
        after, twice = counted(scene, app, client)
        assert not twice, (who, twice)
        more = {
            page: (before[who][page], now) for page, now in after.items() if now > before[who].get(page, 99) + SPARE
        }
        assert not more, (who, more)
        dear = {page: now for page, now in after.items() if now > MOST}
        assert not dear, (who, dear)


MANY = 50
"""Parties, payments and time limits of the full case."""


def add_parties(scene: Scene) -> None:
    """More respondents, persons and companies, each with an account of their own, who have joined."""
    now = scene.clock.now()
    with scene.court.database.write() as session:
        for number in range(2, MANY):
            account = Account(
                email=f"respondent-{number}@court.example",
                name=f"Respondent {number}",
                password_hash="",
                state=AccountState.ACTIVE,
                created_at=now,
                confirmed_at=now,
                identity_verified_at=now,
            )
            session.add(account)
            session.flush()
            party = Party(
                case_id=scene.case_id,
                role=Role.RESPONDENT,
                ordinal=number,
                name=account.name,
                kind=PartyKind.PERSON if number % 2 else PartyKind.COMPANY,
                account_id=account.id,
                online=True,
                joined_at=now,
            )
            session.add(party)


def add_payments(scene: Scene) -> None:
    """The fee of the case came in fifty parts more."""
    with scene.court.database.write() as session:
        first = session.scalars(select(Payment).where(Payment.case_id == scene.case_id)).first()
        assert first is not None
        shared = {
            name: getattr(first, name) for name in ("case_id", "party_id", "assessment_id", "channel", "currency")
        }
        for number in range(1, MANY):
            session.add(
                Payment(
                    **shared, amount_minor=1, source=f"part/{number}", received_at=first.received_at, entry_number=None
                )
            )


def add_windows(scene: Scene) -> None:
    """Fifty time limits of the claimant more, some that run and some that were met."""
    with scene.court.database.write() as session:
        first = session.scalars(
            select(Window).where(Window.case_id == scene.case_id, Window.kind == "evidence")
        ).first()
        assert first is not None
        same = ("case_id", "party_id", "kind", "opened_at", "due_at", "working", "opened_by")
        for number in range(1, MANY):
            state = WindowState.OPEN if number % 2 else WindowState.MET
            met = {} if number % 2 else {"closed_by": first.opened_by}
            session.add(Window(**{name: getattr(first, name) for name in same}, state=state, **met))


@pytest.mark.parametrize("add", [add_parties, add_payments, add_windows])
def test_parties_payments_and_time_limits_cost_no_statements(small_scene: Scene, add: Callable[[Scene], None]) -> None:
    """Every page of a case, for party and judge, with one of each and with fifty."""
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.join()
    assert scene.pay() == 1
    scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when the goods were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    fill(scene, range(1))
    app = create_app(court=scene.court)
    before = {who: counted(scene, app, signed_in(scene, app, who)[0])[0] for who in ("li", "judge")}
    add(scene)
    for who in ("li", "judge"):
        after, twice = counted(scene, app, signed_in(scene, app, who)[0])
        assert not twice, (who, twice)
        more = {page: (before[who].get(page), n) for page, n in after.items() if n > before[who].get(page, 99) + SPARE}
        assert not more, (who, more)


LOOKS_AGAIN = {
    "/cases/<reference>/readings": "the reading itself is written",
    "/cases/<reference>/files": "who may read what is judged apart from the page",
    "/cases/<reference>/file": "who may read what is judged apart from the page",
}
"""Pages that take more than one connection, and why."""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_a_page_is_one_transaction_on_one_snapshot(scene: Scene) -> None:
    """Each page of a case takes one connection and begins once, so that what stands on it fits together; the server has
    read its statements before.
    """
    scene.lodge()
    scene.accept()
    scene.join()
    scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when the goods were sold.")
    scene.do("open_examination", "judge", mode="asynchronous")
    engine, began = scene.court.database.engine, list[str]()
    event.listen(engine, "begin", lambda c: began.append(c.connection.driver_connection.isolation_level.name))
    app = create_app(court=scene.court)
    client, _ = signed_in(scene, app, "li")
    for rule in pages_of(app):
        path = rule.rule.replace("<reference>", scene.case().reference)
        if client.get(path).status_code == 200 and rule.rule not in LOOKS_AGAIN:
            began.clear()
            client.get(path)
            assert began == ["REPEATABLE_READ"], rule.rule
    with scene.court.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) > 20


def test_a_list_of_many_cases_asks_as_much_as_one_of_few(small_scene: Scene) -> None:
    """What is next in each case of a party, and the hearing in each, is asked about all of them together."""
    scene = small_scene
    app = create_app(court=scene.court)

    def add() -> None:
        scene.lodge()
        scene.accept()
        scene.join()
        scene.do("file_answer", "haiyun", position="defend", statement="The label was lawful when the goods were sold.")
        with scene.court.database.write() as session:
            day = scene.clock.now() + timedelta(days=200)
            held = {"mode": Mode.OFFLINE, "begins_at": day, "place": "Courtroom 2", "state": HearingState.SUMMONED}
            session.add(Hearing(case_id=scene.case_id, ordinal=1, summoned_by=3, **held))

    def lists() -> dict[str, int]:
        found = {}
        # The time to bring evidence is over: what is next is the hearing.
        scene.work()
        scene.later(days=40)
        scene.work()
        for who in ("li", "haiyun"):
            client, _ = signed_in(scene, app, who)
            assert client.get("/home").status_code == 200
            with asked(scene.court.database) as seen:
                client.get("/home")
            found[who] = len(seen)
        return found

    add()
    add()
    few = lists()
    for _ in range(4):
        add()
    many = lists()
    # One of a kind that nobody had asked for before may be among them, which is asked once; four more cases are four.
    assert all(many[who] <= few[who] + 1 for who in few), (few, many)
    assert max(many.values()) <= 24
