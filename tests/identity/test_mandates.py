"""Mandates: in force once the client has signed, until she ends it, and never for both sides (CPL 61-63)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Case, Party, Role, Seat
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput, NotFound
from odr.identity import mandates
from odr.identity.actors import Actor, actors_in
from odr.identity.mandates import BothSides, ServesCourt
from odr.identity.models import Account, AccountRole, Mandate, MandateScope
from tests.identity.conftest import Browser, Mailbox, NewBrowser, People

BrowserOf = NewBrowser
NUMBER = "(2026) 浙0192民初1号"


@pytest.fixture
def lawyer(people: People) -> int:
    """A representative."""
    return people.add("lawyer@example.com", "Lin Yue")


@pytest.fixture
def reference(people: People) -> str:
    """A case between Wu Min and He Shop."""
    return people.case(people.add("wu@example.com", "Wu Min"), people.add("shop@example.com", "He Shop"))


def _offer(browser: Browser, email: str = "wu@example.com", scope: str = "ordinary", until: str = "") -> None:
    browser.sign_in("lawyer@example.com")
    answer = browser.submit("/account/mandates", {"number": NUMBER, "email": email, "scope": scope, "until": until})
    assert answer.headers["Location"] == "/account/mandates/offered"


def _actors(database: Database, clock: FixedClock, account_id: int) -> list[Actor]:
    with database.read() as session:
        return actors_in(session, session.get_one(Account, account_id), session.query(Case).one(), clock.now())


def test_the_client_signs_by_link(
    browser_of: BrowserOf, mailbox: Mailbox, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """Offered, the mandate is nothing; signed on the client's telephone without an account, the lawyer is in the case."""
    browser, client = browser_of(), browser_of()
    _offer(browser, scope="special")
    assert mailbox.letters[-1][0] == "wu@example.com"
    assert browser.get(f"/door/cases/{reference}").status_code == 404
    link = mailbox.link()
    page = client.get(link).text
    assert "Lin Yue" in page and NUMBER in page and "art. 62" in page
    assert client.submit(link, {"name": "Somebody Else"}).status_code == 422
    assert _actors(database, clock, lawyer) == []
    assert client.submit(link, {"name": "wu  min"}).status_code == 200
    assert browser.get(f"/door/cases/{reference}").status_code == 200
    actor = _actors(database, clock, lawyer)[0]
    assert (actor.role, actor.scope, actor.is_representative) == (Role.CLAIMANT, MandateScope.SPECIAL, True)
    assert client.get(link).status_code == 404


def test_an_assistant_is_asked_on_the_page_and_no_answer_says_who_has_an_account(
    browser_of: BrowserOf,
    people: People,
    mailbox: Mailbox,
    lawyer: int,
    reference: str,
    database: Database,
    clock: FixedClock,
) -> None:
    """Each mandate has a field of its own; what is no address stands there again with the reason, not in the offer
    below. Any address gets the same answer, and few may be tried.
    """
    browser, assistant = browser_of(), people.add("assistant@example.com")
    _offer(browser)
    browser_of().submit(mailbox.link(), {"name": "Wu Min"})
    with database.read() as session:
        mandate = session.query(Mandate).one()
    page, place = f"/account/mandates/{mandate.reference}/delegate", f"email-{mandate.id}"
    wrong = browser.submit(page, {"assistant": "nobody at home"}, on="/account/mandates")
    assert wrong.status_code == 422 and f'id="{place}-error"' in wrong.text and wrong.text.count("nobody at home") == 1
    people.add("clerk@court.example", "", Role.CLERK)
    with database.read() as session:
        other = _party(session, Role.RESPONDENT).email
    answers = [
        browser.submit(page, {"assistant": email}, on="/account/mandates")
        for email in ("assistant@example.com", "nobody@example.com", "clerk@court.example", other)
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (303, "/account/mandates/assistant-asked")
    }
    assert _actors(database, clock, assistant) == []
    with database.read() as session:
        delegated = session.query(Mandate).filter_by(address="assistant@example.com").one().reference
    accept = f"/account/mandates/{delegated}/accept"
    assert browser.submit(accept, on="/account/mandates").status_code == 404
    helper = browser_of()
    helper.sign_in("assistant@example.com")
    assert accept in helper.get("/account/mandates").text
    assert helper.submit(accept, on="/account/mandates").status_code == 303
    assert accept not in helper.get("/account/mandates").text
    assert [actor.scope for actor in _actors(database, clock, assistant)] == [MandateScope.ORDINARY]
    tried = [
        browser.submit(page, {"assistant": f"{n}@example.com"}, on="/account/mandates").status_code for n in range(20)
    ]
    assert 429 in tried


def test_an_offer_tells_nothing(browser_of: BrowserOf, mailbox: Mailbox, lawyer: int, reference: str) -> None:
    """A case number with a stranger's mailbox gets the same answer, and no letter."""
    _offer(browser_of(), email="nobody@example.com")
    assert mailbox.letters == []


def test_ending_counts_at_once(
    browser_of: BrowserOf, mailbox: Mailbox, lawyer: int, reference: str, database: Database
) -> None:
    """The client ends the mandate and the lawyer's next request is a stranger's."""
    browser, client = browser_of(), browser_of()
    _offer(browser)
    client.submit(mailbox.link(), {"name": "Wu Min"})
    assert browser.get(f"/door/cases/{reference}").status_code == 200
    client.sign_in("wu@example.com")
    with database.read() as session:
        mandate = session.query(Mandate).one().reference
    stranger = browser_of()
    stranger.sign_in("shop@example.com")
    assert stranger.submit(f"/account/mandates/{mandate}/end", on="/account").status_code == 404
    assert client.submit(f"/account/mandates/{mandate}/end", on="/account").status_code == 303
    assert browser.get(f"/door/cases/{reference}").status_code == 404


def test_a_mandate_runs_out(
    browser_of: BrowserOf, mailbox: Mailbox, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """A mandate to a day holds that day in the court's zone, and not the next."""
    _offer(browser_of(), until="2026-03-10")
    browser_of().submit(mailbox.link(), {"name": "Wu Min"})
    clock.advance(timedelta(days=8, hours=14, minutes=59))
    assert len(_actors(database, clock, lawyer)) == 1
    clock.advance(timedelta(minutes=1))
    assert _actors(database, clock, lawyer) == []


def _party(session: object, role: Role) -> Party:
    return session.query(Party).filter_by(role=role).one()  # type: ignore[attr-defined, no-any-return]


def test_nobody_acts_for_both_sides(lawyer: int, reference: str, database: Database, clock: FixedClock) -> None:
    """With a mandate of one side, even one that ran out unrevoked, no offer to the other is taken; nor from a party."""
    now = clock.now()
    with database.write() as session:
        account = session.get_one(Account, lawyer)
        first = mandates.offer(
            session,
            _party(session, Role.CLAIMANT),
            account,
            MandateScope.ORDINARY,
            from_at=now,
            until_at=now + timedelta(days=1),
            now=now,
        )
        mandates.sign(session, first, now, most=2)
        for until in (None, now + timedelta(days=30)):
            with pytest.raises(BothSides):
                mandates.offer(
                    session,
                    _party(session, Role.RESPONDENT),
                    account,
                    MandateScope.ORDINARY,
                    from_at=now + timedelta(days=2),
                    until_at=until,
                    now=now,
                )
        party_herself = session.get_one(Account, _party(session, Role.CLAIMANT).account_id)
        with pytest.raises(BothSides):
            mandates.offer(
                session,
                _party(session, Role.RESPONDENT),
                party_herself,
                MandateScope.ORDINARY,
                from_at=now,
                until_at=None,
                now=now,
            )


def test_two_offers_signed_late_do_not_meet(lawyer: int, reference: str, database: Database, clock: FixedClock) -> None:
    """Whether the sides are the same is asked again at signing."""
    now = clock.now()
    with database.write() as session:
        account = session.get_one(Account, lawyer)
        offered = mandates.offer(
            session, _party(session, Role.CLAIMANT), account, MandateScope.ORDINARY, from_at=now, until_at=None, now=now
        )
        respondent = _party(session, Role.RESPONDENT)
        session.add(
            Mandate(
                case_id=respondent.case_id,
                party_id=respondent.id,
                account_id=lawyer,
                scope=MandateScope.ORDINARY,
                from_at=now,
                signed_at=now,
                accepted_at=now,
            )
        )
        session.flush()
        with pytest.raises(BothSides):
            mandates.sign(session, offered, now, most=2)


def test_an_assistant_has_ordinary_powers_and_ends_with_the_mandate(
    people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """Delegation gives less than the mandate, cannot be passed on, and ends with it."""
    now, assistant = clock.now(), people.add("assistant@example.com")
    with database.write() as session:
        account, helper = session.get_one(Account, lawyer), session.get_one(Account, assistant).email
        mandate = mandates.offer(
            session, _party(session, Role.CLAIMANT), account, MandateScope.SPECIAL, from_at=now, until_at=None, now=now
        )
        with pytest.raises(NotFound):
            mandates.delegate(session, mandate, helper, now)
        mandates.sign(session, mandate, now, most=2)
        delegated = mandates.delegate(session, mandate, helper, now)
        with pytest.raises(NotFound):
            mandates.delegate(session, delegated, "another@example.com", now)
        with pytest.raises(InvalidInput):
            mandates.delegate(session, mandate, account.email, now)
        mandates.accept(session, delegated, assistant, now, most=2)
        with pytest.raises(NotFound):
            mandates.accept(session, delegated, assistant, now, most=2)
    assert [actor.scope for actor in _actors(database, clock, assistant)] == [MandateScope.ORDINARY]
    with database.write() as session:
        mandates.revoke(session, session.get_one(Mandate, mandate.id), now)
    assert _actors(database, clock, assistant) == _actors(database, clock, lawyer) == []


def test_an_assistant_of_one_side_is_none_of_the_other(
    people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """The other party may be asked, which tells nobody anything, and cannot accept."""
    now = clock.now()
    with database.write() as session:
        mandate = mandates.offer(
            session,
            _party(session, Role.CLAIMANT),
            session.get_one(Account, lawyer),
            MandateScope.ORDINARY,
            from_at=now,
            until_at=None,
            now=now,
        )
        mandates.sign(session, mandate, now, most=2)
        other = session.get_one(Account, _party(session, Role.RESPONDENT).account_id)
        asked = mandates.delegate(session, mandate, other.email, now)
        with pytest.raises(BothSides):
            mandates.accept(session, asked, other.id, now, most=2)


def _in_force(session: Session, lawyer: int, now: datetime, role: Role = Role.CLAIMANT) -> Mandate:
    mandate = mandates.offer(
        session,
        _party(session, role),
        session.get_one(Account, lawyer),
        MandateScope.SPECIAL,
        from_at=now,
        until_at=None,
        now=now,
    )
    return mandates.sign(session, mandate, now, most=2)


def _take_office(session: Session, account_id: int, role: Role, now: datetime) -> None:
    session.add(AccountRole(account_id=account_id, role=role, granted_at=now))
    session.flush()
    session.refresh(session.get_one(Account, account_id), ["roles"])


@pytest.mark.parametrize("role", sorted(COURT_ROLES | {Role.MEDIATOR, Role.CASHIER, Role.ADMIN}, key=str))
def test_who_serves_the_court_represents_nobody(
    role: Role, people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """Nobody with an office of the court offers to be a representative, or accepts what was asked of them, before they
    took office or after; who asks does not learn why nobody accepts.
    """
    now, servant = clock.now(), people.add("servant@example.com")
    with database.write() as session:
        mandate, account = _in_force(session, lawyer, now), session.get_one(Account, servant)
        asked = [mandates.delegate(session, mandate, account.email, now)]
        _take_office(session, servant, role, now)
        party = _party(session, Role.CLAIMANT)
        asked.append(mandates.delegate(session, mandate, account.email, now))
        asked.append(mandates.appoint(session, party, account.email, MandateScope.ORDINARY, until_at=None, now=now))
        for each in asked:
            with pytest.raises(ServesCourt):
                mandates.accept(session, each, servant, now, most=2)
        with pytest.raises(ServesCourt):
            mandates.offer(
                session,
                _party(session, Role.CLAIMANT),
                account,
                MandateScope.ORDINARY,
                from_at=now,
                until_at=None,
                now=now,
            )


@pytest.mark.parametrize("role", [Role.EXPERT, Role.INTERPRETER, Role.MEDIATOR])
def test_who_serves_in_the_case_represents_nobody_in_it(
    role: Role, people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """An expert, an interpreter, a mediator of the case is nobody's representative there, office or none."""
    now, expert = clock.now(), people.add("expert@example.com")
    with database.write() as session:
        mandate = _in_force(session, lawyer, now)
        session.add(Seat(case_id=mandate.case_id, account_id=expert, role=role, from_at=now))
        session.flush()
        asked = mandates.delegate(session, mandate, session.get_one(Account, expert).email, now)
        with pytest.raises(ServesCourt):
            mandates.accept(session, asked, expert, now, most=2)


def test_what_one_side_wishes_bars_nobody_from_the_other(
    people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """A lawyer whom one side names without asking still represents the other; having accepted there, she is refused
    here.
    """
    now, other = clock.now(), people.add("other@example.com")
    with database.write() as session:
        named = mandates.delegate(session, _in_force(session, lawyer, now), session.get_one(Account, other).email, now)
        _in_force(session, other, now, Role.RESPONDENT)
        with pytest.raises(BothSides):
            mandates.accept(session, named, other, now, most=2)


def test_an_assistant_accepts_only_while_there_is_a_mandate(
    people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """What was asked ends with the mandate it comes from; it cannot be accepted afterwards, nor by anybody else."""
    now, assistant = clock.now(), people.add("assistant@example.com")
    with database.write() as session:
        mandate = _in_force(session, lawyer, now)
        named = mandates.delegate(session, mandate, session.get_one(Account, assistant).email, now)
        with pytest.raises(NotFound):
            mandates.accept(session, named, lawyer, now, most=2)
        mandates.revoke(session, mandate, now)
        session.refresh(named)
        with pytest.raises(NotFound):
            mandates.accept(session, named, assistant, now, most=2)


def test_whoever_serves_in_a_case_acts_for_nobody_in_it(
    people: People, lawyer: int, reference: str, database: Database, clock: FixedClock
) -> None:
    """Even with a mandate in force, a seat in the case leaves the seat alone; a witness may represent."""
    now = clock.now()
    with database.write() as session:
        mandate = _in_force(session, lawyer, now)
        session.add(Seat(case_id=mandate.case_id, account_id=lawyer, role=Role.WITNESS, from_at=now))
    assert [a.role for a in _actors(database, clock, lawyer)] == [Role.CLAIMANT, Role.WITNESS]
    with database.write() as session:
        session.add(Seat(case_id=mandate.case_id, account_id=lawyer, role=Role.EXPERT, from_at=now))
    assert [a.role for a in _actors(database, clock, lawyer)] == [Role.WITNESS, Role.EXPERT]
