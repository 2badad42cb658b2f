"""The court's own people: two administrators make a judge, and what is taken away is gone at once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Role
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput, NotFound
from odr.identity.accounts import staff
from odr.identity.accounts.expiry import sweep
from odr.identity.accounts.staff import NeedsTwo
from odr.identity.models import Account, AccountState, RoleProposal
from odr.identity.sign_in.rate_limits import network
from tests.identity.conftest import PASSWORD, Browser, Mailbox, NewBrowser, People

BrowserOf = NewBrowser


def _admin(people: People, browser_of: BrowserOf, email: str) -> Browser:
    totp = people.enrol(people.add(email, "", Role.ADMIN))
    browser = browser_of()
    assert browser.sign_in(email, code=people.code(totp)).status_code == 303
    return browser


def _roles(database: Database, email: str) -> set[Role]:
    with database.read() as session:
        return set(session.query(Account).filter_by(email=email).one().staff_roles)


def test_a_judge_is_made_by_two(browser_of: BrowserOf, people: People, database: Database, mailbox: Mailbox) -> None:
    """One administrator proposes; her own approval changes nothing; another's makes the judge, who then sets a
    password.
    """
    first, second = _admin(people, browser_of, "one@example.com"), _admin(people, browser_of, "two@example.com")
    sent = first.submit(
        "/administration/people",
        {"name": "Zhao Rui", "email": "judge@example.com", "role": "judge", "locale": "zh-Hans"},
    )
    assert sent.status_code == 303
    assert _roles(database, "judge@example.com") == set()
    with database.read() as session:
        proposal = session.query(RoleProposal).one().id
    assert (
        first.submit(
            f"/administration/proposals/{proposal}", {"decision": "approve"}, on="/administration/people"
        ).status_code
        == 409
    )
    assert (
        second.submit(
            f"/administration/proposals/{proposal}", {"decision": "approve"}, on="/administration/people"
        ).status_code
        == 303
    )
    assert _roles(database, "judge@example.com") == {Role.JUDGE}
    assert (
        second.submit(
            f"/administration/proposals/{proposal}", {"decision": "approve"}, on="/administration/people"
        ).status_code
        == 404
    )
    assert mailbox.letters[-1][3] == "zh-Hans"
    assert browser_of().submit(mailbox.link(), {"password": PASSWORD}).status_code == 303


def test_a_proposal_is_decided_only_by_a_choice(browser_of: BrowserOf, people: People, database: Database) -> None:
    """An empty form, or a word that is neither, declines nothing: it asks, at that proposal, and the proposal waits on."""
    first, second = _admin(people, browser_of, "one@example.com"), _admin(people, browser_of, "two@example.com")
    for email in ("judge@example.com", "other@example.com"):
        first.submit("/administration/people", {"name": "Zhao Rui", "email": email, "role": "judge", "locale": "en"})
    with database.read() as session:
        waits, other = session.scalars(select(RoleProposal.id).order_by(RoleProposal.id)).all()
    for typed in ({}, {"decision": ""}, {"decision": "perhaps"}):
        told = second.submit(f"/administration/proposals/{waits}", typed, on="/administration/people")
        assert (
            told.status_code == 422
            and f'href="#decision-{waits}"' in told.text
            and f"decision-{other}-error" not in told.text
        )
    assert second.submit("/administration/proposals/999", {}, on="/administration/people").status_code == 404
    with database.read() as session:
        assert session.get_one(RoleProposal, waits).decided_at is None
    assert (
        second.submit(
            f"/administration/proposals/{waits}", {"decision": "decline"}, on="/administration/people"
        ).status_code
        == 303
    )
    with database.read() as session:
        assert session.get_one(RoleProposal, waits).approved is False


def test_who_moves_money_is_made_by_two(browser_of: BrowserOf, people: People, database: Database) -> None:
    """An administrator only proposes a cashier, as they propose a judge."""

    admin, person = people.add("a@court.example", "", Role.ADMIN), people.add("p@example.com")
    now = people.clock.machine_now()
    with database.write() as session:
        by, account = session.get_one(Account, admin), session.get_one(Account, person)
        for role in (Role.CASHIER, Role.JUDGE, Role.ASSESSOR, Role.PRESIDENT, Role.ADMIN):
            assert isinstance(staff.give(session, account, role, by=by, now=now), RoleProposal)
        assert account.staff_roles == frozenset()


def test_nobody_gives_a_role_to_themselves(browser_of: BrowserOf, people: People, database: Database) -> None:
    """Neither at once nor as a proposal that somebody else waves through."""

    admin = people.add("a@court.example", "", Role.ADMIN)
    with database.write() as session:
        by = session.get_one(Account, admin)
        for role in staff.GIVEN:
            with pytest.raises(InvalidInput):
                staff.give(session, by, role, by=by, now=people.clock.machine_now())
        assert session.query(RoleProposal).count() == 0


def test_a_clerk_is_made_by_one(browser_of: BrowserOf, people: People, database: Database) -> None:
    """Roles that decide nothing need one administrator."""
    _admin(people, browser_of, "one@example.com").submit(
        "/administration/people", {"name": "Chen", "email": "clerk@example.com", "role": "clerk"}
    )
    assert _roles(database, "clerk@example.com") == {Role.CLERK}


def test_only_administrators_see_the_people(browser_of: BrowserOf, people: People) -> None:
    """To a clerk the administrators' desk does not exist."""
    totp = people.enrol(people.add("clerk@example.com", "", Role.CLERK))
    browser = browser_of()
    browser.sign_in("clerk@example.com", code=people.code(totp))
    assert browser.get("/administration/people").status_code == 404


def test_a_proposal_of_somebody_no_longer_administrator_is_void(
    people: People, database: Database, clock: FixedClock
) -> None:
    """Two administrators means two at the time of approval; the person it is about is not one of them."""
    one, two, candidate = (
        people.add(f"{name}@example.com", "", *roles)
        for name, roles in (("one", [Role.ADMIN]), ("two", [Role.ADMIN]), ("c", []))
    )
    now = clock.machine_now()
    with database.write() as session:
        first, second, about = (session.get_one(Account, each) for each in (one, two, candidate))
        own = staff.give(session, second, Role.JUDGE, by=first, now=now)
        assert own is not None
        with pytest.raises(NeedsTwo):
            staff.decide(session, own.id, True, by=second, now=now)
        proposal = staff.give(session, about, Role.JUDGE, by=first, now=now)
        assert proposal is not None and staff.give(session, about, Role.JUDGE, by=second, now=now) is proposal
        staff.take_away(session, first, Role.ADMIN, now)
        with pytest.raises(NeedsTwo):
            staff.decide(session, proposal.id, True, by=second, now=now)
        with pytest.raises(NotFound):
            staff.give(session, about, Role.CLERK, by=first, now=now)


def test_the_last_administrator_stays(people: People, database: Database, clock: FixedClock) -> None:
    """The court cannot lock itself out."""
    only = people.add("one@example.com", "", Role.ADMIN)
    with database.write() as session:
        account = session.get_one(Account, only)
        for change in (
            lambda: staff.take_away(session, account, Role.ADMIN, clock.machine_now()),
            lambda: staff.suspend(session, account, clock.machine_now()),
        ):
            with pytest.raises(InvalidInput):
                change()


def test_a_case_role_is_not_given_at_the_court(people: People, database: Database, clock: FixedClock) -> None:
    """Nobody is claimant or witness of the court as a whole."""
    account_id = people.add("one@example.com")
    with database.write() as session, pytest.raises(InvalidInput):
        staff.grant(session, session.get_one(Account, account_id), Role.WITNESS, clock.machine_now())


def test_stopping_and_letting_in_again(browser_of: BrowserOf, people: People, database: Database) -> None:
    """An account stopped on the page cannot sign in; let in again, it can."""
    admin = _admin(people, browser_of, "one@example.com")
    people.add("clerk@example.com", "", Role.CLERK)
    with database.read() as session:
        reference = session.query(Account).filter_by(email="clerk@example.com").one().reference
    admin.submit(f"/administration/people/{reference}/suspend", on="/administration/people")
    assert browser_of().sign_in("clerk@example.com").status_code == 422
    admin.submit(f"/administration/people/{reference}/reinstate", on="/administration/people")
    assert browser_of().sign_in("clerk@example.com").status_code == 303


def test_the_operator_makes_the_first_people(app: Flask, database: Database) -> None:
    """The command opens accounts, prints a code in place of a password, lists, stops and lifts."""
    run = app.test_cli_runner().invoke
    made = run(
        args=["account", "create", "one@example.com", "One", "--role", "admin", "--role", "judge", "--password-stdin"],
        input=PASSWORD + "\n",
    )
    assert made.exit_code == 0, made.output
    linked = run(args=["account", "create", "two@example.com", "Two", "--role", "admin"])
    assert re.search(r"code ([2-9A-Z]{4}-){4}[2-9A-Z]{4}\n", linked.output)
    assert run(args=["account", "create", "two@example.com", "Two"]).exit_code == 1
    assert (
        run(args=["account", "create", "three@example.com", "Three", "--password-stdin"], input="short\n").exit_code
        == 1
    )
    refused = run(args=["account", "role", "two@example.com", "judge"])
    assert refused.exit_code == 1 and "--by" in refused.output
    assert "proposed" in run(args=["account", "role", "two@example.com", "judge", "--by", "one@example.com"]).output
    assert "given" in run(args=["account", "role", "two@example.com", "clerk"]).output
    assert "suspended" in run(args=["account", "suspend", "two@example.com"]).output
    listed = run(args=["account", "list"]).output.splitlines()
    assert listed == ["one@example.com\tactive\tadmin,judge\tOne", "two@example.com\tsuspended\tadmin,clerk\tTwo"]
    assert "active" in run(args=["account", "suspend", "two@example.com", "--lift"]).output
    assert _roles(database, "two@example.com") == {Role.ADMIN, Role.CLERK}


def test_devices_are_listed_and_ended(browser_of: BrowserOf, people: People, database: Database) -> None:
    """One sees one's devices, ends one or all, and nobody else's."""
    from odr.identity.models import SessionRow

    people.add("known@example.com")
    people.add("other@example.com")
    here, there, other = browser_of(), browser_of(), browser_of()
    here.sign_in("known@example.com")
    there.sign_in("known@example.com")
    other.sign_in("other@example.com")
    assert here.get("/account/devices").text.count("/end") == 3
    with database.read() as session:
        first, second, foreign = [row.id for row in session.query(SessionRow).order_by(SessionRow.id)]
    assert here.submit(f"/account/devices/{foreign}/end", on="/account/devices").status_code == 404
    assert here.submit(f"/account/devices/{second}/end", on="/account/devices").status_code == 303
    assert there.get("/door/write").status_code == 303 and here.get("/door/write").status_code == 200
    there.sign_in("known@example.com")
    gone = here.submit("/account/devices/end-all", on="/account/devices")
    assert gone.headers["Clear-Site-Data"] == '"cache", "storage"', "also what the browser kept is gone"
    assert here.get("/door/write").status_code == there.get("/door/write").status_code == 303
    assert other.get("/door/write").status_code == 200 and first


def test_a_changed_password_keeps_this_device_only(browser_of: BrowserOf, people: People, mailbox: Mailbox) -> None:
    """Other devices are signed out, and whatever else read with the account; the owner is told of each, before and after: a
    calendar that is fetched no more goes on showing the old dates.
    """
    people.add("known@example.com")
    here, there = browser_of(), browser_of()
    here.sign_in("known@example.com")
    there.sign_in("known@example.com")
    assert here.submit("/account/password", {"password": "seven white cranes"}).status_code == 303
    assert here.get("/door/write").status_code == 200 and there.get("/door/write").status_code == 303
    assert mailbox.letters[-1][1] == "Your password was changed"
    for told in (mailbox.letters[-1][2], here.get("/account/password").text):
        assert "API tokens" in told and "calendar" in told


def test_tokens_are_made_shown_once_and_ended(browser_of: BrowserOf, people: People) -> None:
    """A token works as soon as it is shown, is not shown again, and ends by its owner's word."""
    import re

    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    assert browser.submit("/account/tokens", {"name": "books", "days": "30"}).status_code == 422
    assert (
        browser.submit("/account/tokens", {"name": "books", "days": "9000", "scopes": "cases:file"}).status_code == 422
    )
    made = browser.submit("/account/tokens", {"name": "books", "days": "30", "scopes": ["cases:read", "cases:file"]})
    found = re.search(r"odr_[\w-]{43}", made.text)
    assert found
    bearer = {"Authorization": f"Bearer {found[0]}"}
    assert browser_of().get("/api/door/cases", headers=bearer).status_code == 200
    listed = browser.get("/account/tokens").text
    assert "books" in listed and found[0] not in listed
    ending = re.search(r"/account/tokens/\d+/end", listed)
    assert ending and browser.submit(ending[0], on="/account/tokens").status_code == 303
    assert browser_of().get("/api/door/cases", headers=bearer).status_code == 401


def test_the_profile_changes_name_and_language(browser_of: BrowserOf, people: People) -> None:
    """Name and language are changed together; an empty name comes back with the reason."""
    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    assert browser.submit("/account", {"name": "  ", "locale": "en"}).status_code == 422
    assert browser.submit("/account", {"name": " New  Name ", "locale": "zh-Hans"}).status_code == 303
    page = browser.get("/account").text
    assert "New Name" in page and "您的账号" in page


def test_the_worker_forgets(browser_of: BrowserOf, people: People, database: Database, clock: FixedClock) -> None:
    """Sessions, links and tries that nothing needs are forgotten, live ones stay."""
    from datetime import timedelta

    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    browser_of().sign_in("known@example.com", "wrong")
    browser_of().submit("/account/reset", {"email": "known@example.com"})
    assert sweep(database, clock.machine_now()) == 0
    assert browser.get("/door/write").status_code == 200
    clock.advance(timedelta(days=60))
    # The wrong password by account at the network, by network and by account; the letter by mailbox and network, and
    # itself; the link; the session.
    assert sweep(database, clock.machine_now()) == 8
    with database.read() as session:
        assert session.query(Account).one().state is AccountState.ACTIVE


@given(st.ip_addresses(v=6))
def test_an_ipv6_subscriber_is_one_network(address: object) -> None:
    """All addresses of a subscriber's 64 bits count as one."""
    import ipaddress

    assert isinstance(address, ipaddress.IPv6Address)
    if address.ipv4_mapped is None:
        neighbour = ipaddress.IPv6Address(int(address) ^ 0xFFFF)
        assert network(str(address)) == network(str(neighbour))
        assert ipaddress.ip_address(str(address)) in ipaddress.ip_network(network(str(address)))
