"""A way back for people of the court who lost their second factor: by two persons, on record."""

from __future__ import annotations

import hashlib
import json
import re

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Role
from odr.identity.models import Account, AccountRole, FactorReset, LinkedIdentity, SessionRow
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.keys import keyring
from odr.notary.models import Receipt
from odr.service.sending.ports import message_folder
from tests.filing.visitor import Forms, Visitor
from tests.scene import PASSWORD, Scene

WHY = "Telephone stolen; came to the counter with her card."


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages and commands; judge and admin have a second factor."""
    seal = keyring(small_scene.court.settings.secret_key)
    with small_scene.court.database.write() as session:
        for name in ("judge", "admin"):
            session.get_one(Account, small_scene.people[name]).totp_secret = one_time_codes.seal_secret(
                seal, one_time_codes.new_secret()
            )
    return create_app(court=small_scene.court)


def ask(app: Flask, *more: str, email: str = "judge@court.example", by: str = "Wu Tong") -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["account", "way-back", email, "--by", by, "--why", WHY, *more])
    return done.exit_code, done.output


def row_of(scene: Scene) -> FactorReset:
    with scene.court.database.read() as session:
        return session.scalars(select(FactorReset)).one()


def enrolled(scene: Scene, name: str) -> bool:
    with scene.court.database.read() as session:
        return one_time_codes.is_enrolled(session, session.get_one(Account, scene.people[name]))


def test_a_lost_factor_is_taken_off_by_two_and_the_act_is_on_record(app: Flask, small_scene: Scene) -> None:
    """Asked at the machine, approved on the page: factor, password and sessions end, and the log holds the digest of
    the act.
    """
    Visitor(app, small_scene, "judge")
    assert "/administration/people" in ask(app)[1] and ask(app)[0] == 0
    admin, number = Visitor(app, small_scene, "admin"), row_of(small_scene).id
    page, place = "/administration/people", f"/administration/way-back/{number}"
    assert "Wu Tong asks" in admin.get(page) and WHY in admin.get(page)
    assert "Choose whether" in admin.send(page, place, 422).text and enrolled(small_scene, "judge")
    admin.send(page, place, decision="approve")
    row = row_of(small_scene)
    assert row.record is not None and not enrolled(small_scene, "judge")
    with small_scene.court.database.read() as session:
        assert session.get_one(Account, small_scene.people["judge"]).password_hash is None
        assert all(
            one.revoked_at
            for one in session.scalars(select(SessionRow).where(SessionRow.account_id == small_scene.people["judge"]))
        )
        receipt = session.get_one(Receipt, row.receipt)
    assert (
        receipt.body is not None
        and json.loads(receipt.body)["sha256"] == hashlib.sha256(row.record.encode()).hexdigest()
    )
    said = json.loads(row.record)
    assert (said["asked_by"], said["decided_by"], said["approved"], said["why"]) == ("Wu Tong", "Admin", True, WHY)
    assert "Wu Tong asks" not in admin.get(page)


@pytest.mark.parametrize(
    ("email", "by"), [("judge@court.example", "admin@court.example"), ("judge@court.example", "Admin")]
)
def test_whoever_asked_approves_nothing(app: Flask, small_scene: Scene, email: str, by: str) -> None:
    """An administrator who asked at the machine does not approve on the page as well; she may decline, and all stays."""
    ask(app, email=email, by=by)
    admin, page = Visitor(app, small_scene, "admin"), "/administration/people"
    place = f"/administration/way-back/{row_of(small_scene).id}"
    admin.send(page, place, 409, decision="approve")
    assert enrolled(small_scene, "judge")
    admin.send(page, place, decision="decline")
    row = row_of(small_scene)
    assert row.approved is False and row.receipt is not None and enrolled(small_scene, "judge")


def test_the_last_administrator_comes_back_with_a_second_person_at_the_machine(app: Flask, small_scene: Scene) -> None:
    """With nobody left to approve, two different people at the machine do it; while another administrator is left they
    cannot.
    """
    lost = "admin@court.example"
    assert "--second" in ask(app, email=lost)[1]
    assert ask(app, "--second", "wu tong", email=lost)[0] == 1
    with small_scene.court.database.write() as session:
        session.add(
            AccountRole(account_id=small_scene.people["clerk"], role=Role.ADMIN, granted_at=small_scene.clock.now())
        )
    assert ask(app, "--second", "He Jing", email=lost)[0] == 1
    with small_scene.court.database.write() as session:
        session.scalars(
            select(AccountRole).where(
                AccountRole.role == Role.ADMIN, AccountRole.account_id == small_scene.people["clerk"]
            )
        ).one().revoked_at = small_scene.clock.now()
    code, said = ask(app, "--second", "He Jing", email=lost)
    assert (code, "taken off" in said) == (0, True)
    row = row_of(small_scene)
    assert (row.asked_by, row.decided_by, row.approved) == ("Wu Tong", "He Jing", True) and not enrolled(
        small_scene, "admin"
    )


def letters(scene: Scene, address: str) -> list[str]:
    """What the court wrote to an address, newest first."""
    found = message_folder(scene.court.settings).messages()
    return [one.text for one in found if one.address == address]


def test_at_the_machine_only_for_people_of_the_court(app: Flask) -> None:
    """The command is for people of the court with a second factor; for others it says who asks."""
    code, said = ask(app, email="li@court.example")
    assert code == 1 and "/registry/way-back" in said
    assert ask(app, email="clerk@court.example")[0] == 1


PLACE = "/registry/way-back"
ASKED = {"email": "Li@court.example", "seen": "counter", "why": "Telephone fell into the lake on 3 March."}


@pytest.fixture
def party(app: Flask, small_scene: Scene) -> Flask:
    """Li has a second factor, the clerk too."""
    seal = keyring(small_scene.court.settings.secret_key)
    with small_scene.court.database.write() as session:
        for name in ("li", "clerk"):
            session.get_one(Account, small_scene.people[name]).totp_secret = one_time_codes.seal_secret(
                seal, one_time_codes.new_secret()
            )
    return app


def test_the_registry_asks_for_a_party_and_an_administrator_decides(party: Flask, small_scene: Scene) -> None:
    """The clerk says how they made sure; the person is told at once; approved, Li sets a password by the letter's code and
    comes in, with what she has in her cases untouched.
    """
    clerk, admin = Visitor(party, small_scene, "clerk"), Visitor(party, small_scene, "admin")
    clerk.send(PLACE, PLACE, **ASKED)
    assert "Waits for an administrator" in clerk.get(PLACE) and "showed their identity document" in clerk.get(PLACE)
    told = letters(small_scene, "li@court.example")
    assert any("take the second factor off" in one and "tell the registry at once" in one for one in told)
    assert enrolled(small_scene, "li")
    row = row_of(small_scene)
    place = f"/administration/way-back/{row.id}"
    with small_scene.court.database.write() as session:
        li, now = small_scene.people["li"], small_scene.clock.machine_now()
        session.add(LinkedIdentity(account_id=li, issuer="https://id.example", subject="li", linked_at=now))
    admin.send("/administration/people", place, decision="approve")
    assert not enrolled(small_scene, "li") and "Taken off" in clerk.get(PLACE)
    with small_scene.court.database.read() as session:
        assert not session.scalars(select(LinkedIdentity)).all(), "the letter alone is the way in now"
    said = json.loads(row_of(small_scene).record or "")
    assert (said["asked_by"], said["decided_by"]) == ("Clerk", "Admin")
    assert any(re.search(r"enter this code: \S+", one) for one in letters(small_scene, "li@court.example"))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"seen": ""}, "Choose how you made sure"),
        ({"seen": "voice"}, "Choose how you made sure"),
        ({"why": " "}, "Say what was lost"),
        ({"email": "nobody@court.example"}, "No account with a second factor"),
        ({"email": "haiyun@court.example"}, "No account with a second factor"),
        ({"email": "judge@court.example"}, "No account with a second factor"),
        ({"email": "no address"}, "like name@example.com"),
    ],
)
def test_what_the_registry_cannot_ask(party: Flask, small_scene: Scene, typed: dict[str, str], says: str) -> None:
    """Nothing is asked for people of the court, nor without having made sure; who has no account and who has no factor get
    one answer; what was typed stands in the form, and nobody gets a letter.
    """
    clerk = Visitor(party, small_scene, "clerk")
    answer = clerk.send(PLACE, PLACE, 422, **{**ASKED, **typed}).text
    assert says in answer and (typed.get("why", ASKED["why"])).strip() in answer
    with small_scene.court.database.read() as session:
        assert session.scalars(select(FactorReset)).all() == []
    assert letters(small_scene, "li@court.example") == []


def test_the_clerk_who_asked_does_not_decide(party: Flask, small_scene: Scene) -> None:
    """Also an administrator of another name who asked as a clerk."""
    Visitor(party, small_scene, "clerk").send(PLACE, PLACE, **ASKED)
    with small_scene.court.database.write() as session:
        session.add(
            AccountRole(account_id=small_scene.people["clerk"], role=Role.ADMIN, granted_at=small_scene.clock.now())
        )
        session.get_one(Account, small_scene.people["clerk"]).name = "Renamed Since"
    clerk = Visitor(party, small_scene, "clerk")
    place = f"/administration/way-back/{row_of(small_scene).id}"
    clerk.send("/administration/people", place, 409, decision="approve")
    assert enrolled(small_scene, "li")


@pytest.mark.parametrize("who", ["li", "judge", "admin", "stranger"])
def test_only_the_registry_asks(party: Flask, small_scene: Scene, who: str) -> None:
    """Nobody else finds the page."""
    Visitor(party, small_scene, who).get(PLACE, 404)


@pytest.mark.parametrize(("who", "way"), [("li", "come to the registry"), ("judge", "go to the operator of the court")])
def test_the_code_page_says_what_to_do_who_lost_the_app(party: Flask, small_scene: Scene, who: str, way: str) -> None:
    """Recovery code first, then the way for whoever it is: a party to the registry, people of the court to the operator."""
    somebody = Visitor(party, small_scene, None)
    typed = {"email": f"{who}@court.example", "password": PASSWORD}
    found = Forms()
    found.feed(somebody.get("/account/sign-in"))
    sent = next(one for one in found.found.values() if "password" in one) | typed
    went = somebody.client.post(
        "/account/sign-in", base_url=somebody.origin, data=sent, headers={"Origin": somebody.origin}
    )
    page = somebody.get(went.headers["Location"])
    assert "recovery code" in page and way in page
