"""Coming in: nobody learns who has an account, nobody tries for long, and a session is worth what its row is worth."""

from __future__ import annotations

from datetime import timedelta

import pytest

from odr.docket.models import Role
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.identity.accounts import expiry, staff
from odr.identity.accounts.accounts import by_email
from odr.identity.models import Account, AccountState, Attempt, OneTimeLink, SessionRow
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.sessions import ABSOLUTE, IDLE, STAFF_IDLE
from tests.identity.conftest import ORIGIN, PASSWORD, Browser, Mailbox, NewBrowser, People, without_tokens

BrowserOf = NewBrowser


def _register(browser: Browser, email: str, password: str = PASSWORD) -> tuple[int, str]:
    answer = browser.submit("/account/register", {"email": email, "name": "Wu Min", "password": password})
    return answer.status_code, answer.headers.get("Location", "")


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session_token", domain="court.test")
    return cookie.value if cookie else ""


def test_registering_and_confirming_brings_in(browser_of: BrowserOf, mailbox: Mailbox) -> None:
    """A new person registers, opens the link, writes her password and is signed in."""
    browser = browser_of()
    assert _register(browser, "Wu.Min@Example.com") == (303, "/account/letter-sent")
    link = mailbox.link()
    assert browser.get(link).status_code == 200
    assert browser.submit(link, {"password": PASSWORD}).status_code == 303
    assert browser.get("/door/write").text == "written by Wu Min"


def test_the_code_alone_confirms_where_the_password_was_chosen(browser_of: BrowserOf, mailbox: Mailbox) -> None:
    """In the browser that asked for the account nobody writes the password twice; elsewhere the code leads to the page
    that asks for it, and after somebody else chose another password it does so here too.
    """
    mine, other = browser_of(), browser_of()
    _register(mine, "wu@example.com")
    code = {"code": mailbox.link().rpartition("/")[2]}
    answer = other.submit("/account/letter-sent", code)
    assert answer.status_code == 303 and "/join?code=" in answer.headers["Location"]
    _register(other, "wu@example.com", "a stranger's long word")
    code = {"code": mailbox.link().rpartition("/")[2]}
    assert "/join?code=" in mine.submit("/account/letter-sent", code).headers["Location"]
    _register(mine, "wu@example.com")
    code = {"code": mailbox.link().rpartition("/")[2]}
    assert "/join?code=" in other.submit("/account/letter-sent", code).headers["Location"]
    assert "/join?code=" in mine.submit("/account/letter-sent", {"code": "none"}).headers["Location"]
    answer = mine.submit("/account/letter-sent", code)
    assert answer.status_code == 303 and "/join" not in answer.headers["Location"]
    assert mine.get("/door/write").text == "written by Wu Min"
    assert "/join?code=" in mine.submit("/account/letter-sent", code).headers["Location"]


def test_a_code_lifts_no_suspension(
    browser_of: BrowserOf, mailbox: Mailbox, database: Database, clock: FixedClock
) -> None:
    """Stopped before its address was ever confirmed, an account stays stopped, with the password or without."""
    mine = browser_of()
    _register(mine, "wu@example.com")
    link = mailbox.link()
    with database.write() as session:
        account = by_email(session, "wu@example.com")
        assert account is not None
        staff.suspend(session, account, clock.now())
    mine.submit("/account/letter-sent", {"code": link.rpartition("/")[2]})
    assert mine.submit(link, {"password": PASSWORD}).status_code >= 400
    with database.read() as session:
        account = by_email(session, "wu@example.com")
        assert account is not None and account.state is AccountState.SUSPENDED


def test_opening_the_link_uses_nothing_up_but_confirming_does(browser_of: BrowserOf, mailbox: Mailbox) -> None:
    """A mail scanner that opens the link does not spend it; after confirming it is spent."""
    browser = browser_of()
    _register(browser, "wu@example.com")
    link = mailbox.link()
    for _ in range(3):
        assert browser.get(link).status_code == 200
    browser.submit(link, {"password": PASSWORD})
    assert browser.get(link).status_code == 404


def test_a_link_ends(browser_of: BrowserOf, mailbox: Mailbox, clock: FixedClock) -> None:
    """A confirmation link is worth nothing after three days."""
    browser = browser_of()
    _register(browser, "wu@example.com")
    clock.advance(timedelta(days=3))
    assert browser.get(mailbox.link()).status_code == 404


def test_somebody_elses_password_does_not_come_with_my_mailbox(browser_of: BrowserOf, mailbox: Mailbox) -> None:
    """Who registered my address with a password of his own gains nothing by my opening the link."""
    _register(browser_of(), "wu@example.com", "a stranger's long word")
    mine = browser_of()
    answer = mine.submit(mailbox.link(), {"password": PASSWORD})
    assert answer.status_code == 422
    assert mine.get("/door/write").status_code == 303


def test_registering_says_nothing_of_who_is_here(browser_of: BrowserOf, mailbox: Mailbox, people: People) -> None:
    """The answer to registering is the same for a known and an unknown address; one letter goes out for each."""
    people.add("known@example.com")
    answers = []
    for email in ("known@example.com", "unknown@example.com"):
        browser = browser_of()
        sent = browser.submit("/account/register", {"email": email, "name": "Wu Min", "password": PASSWORD})
        shown = without_tokens(browser.get(sent.headers["Location"]).text)
        answers.append((sent.status_code, sent.headers["Location"], sent.text, shown))
    assert answers[0] == answers[1]
    assert [letter[0] for letter in mailbox.letters] == ["known@example.com", "unknown@example.com"]


def test_registering_again_leaves_an_account_as_it_is(browser_of: BrowserOf, people: People) -> None:
    """Nobody changes an account's password or name by registering its address again."""
    people.add("known@example.com", "Known Person")
    _register(browser_of(), "known@example.com", "quite another phrase")
    browser = browser_of()
    assert browser.sign_in("known@example.com").status_code == 303
    assert browser.get("/door/write").text == "written by Known Person"


def test_signing_in_wrongly_says_nothing_of_who_is_here(
    browser_of: BrowserOf, people: People, database: Database
) -> None:
    """Wrong password, unknown address, unconfirmed and suspended account get the same page, byte for byte."""
    people.add("known@example.com")
    for email, state in (
        ("stopped@example.com", AccountState.SUSPENDED),
        ("new@example.com", AccountState.UNCONFIRMED),
    ):
        account_id = people.add(email)
        with database.write() as session:
            session.get_one(Account, account_id).state = state
    pages = set()
    for email, password in (
        ("known@example.com", "wrong"),
        ("unknown@example.com", PASSWORD),
        ("stopped@example.com", PASSWORD),
        ("new@example.com", PASSWORD),
    ):
        browser = browser_of()
        answer = browser.sign_in(email, password)
        token = browser.token("/account/sign-in")
        assert answer.status_code == 422
        pages.add(without_tokens(answer.text.replace(email, "…")))
        assert token and not _cookie(browser)
    assert len(pages) == 1


def test_an_account_is_closed_to_guessing(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """After ten wrong passwords even the right one waits fifteen minutes; then it opens."""
    people.add("known@example.com")
    browser = browser_of()
    for _ in range(10):
        assert browser.sign_in("known@example.com", "wrong").status_code == 422
    assert browser.sign_in("known@example.com").status_code == 429
    clock.advance(timedelta(minutes=15))
    assert browser.sign_in("known@example.com").status_code == 303


def test_guessing_at_an_unknown_address_is_limited_alike(browser_of: BrowserOf) -> None:
    """The limit tells nothing either: an address without account is limited at the same try."""
    browser = browser_of()
    statuses = [browser.sign_in("unknown@example.com", "wrong").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_one_caller_tries_many_accounts_in_vain(browser_of: BrowserOf) -> None:
    """By the twentieth try one network address is refused, whatever accounts it tries."""
    browser = browser_of()
    statuses = [browser.sign_in(f"somebody{n}@example.com", "wrong").status_code for n in range(20)]
    assert statuses[-1] == 429


def test_letters_to_one_mailbox_are_limited(browser_of: BrowserOf, people: People, mailbox: Mailbox) -> None:
    """Nobody fills a mailbox with the court's letters."""
    people.add("known@example.com")
    browser = browser_of()
    for _ in range(20):
        browser.submit("/account/reset", {"email": "known@example.com"})
    assert len(mailbox.letters) == rate_limits.LIMITS[rate_limits.Counted.LETTER_TO].tries


def test_signing_in_well_does_not_count(browser_of: BrowserOf, people: People, database: Database) -> None:
    """Only tries that fail are counted."""
    people.add("known@example.com")
    for _ in range(12):
        assert browser_of().sign_in("known@example.com").status_code == 303
    with database.read() as session:
        assert session.query(Attempt).count() == 0


def test_a_reset_ends_every_session_and_keeps_the_second_factor(
    browser_of: BrowserOf, people: People, mailbox: Mailbox
) -> None:
    """A new password signs out all devices; the second factor is asked as before."""
    totp = people.enrol(people.add("known@example.com"))
    old = browser_of()
    old.sign_in("known@example.com", code=people.code(totp))
    assert old.get("/door/write").status_code == 200
    other = browser_of()
    other.submit("/account/reset", {"email": "known@example.com"})
    link = mailbox.link()
    assert other.submit(link, {"password": "seven white cranes"}).headers["Location"] == "/account/sign-in"
    assert old.get("/door/write").status_code == 303
    assert other.sign_in("known@example.com", "seven white cranes").headers["Location"] == "/account/sign-in/code"
    assert browser_of().get(link).status_code == 404


def test_a_reset_for_an_unknown_address_looks_the_same(browser_of: BrowserOf, people: People, mailbox: Mailbox) -> None:
    """Asking for a reset tells nothing; no letter goes where there is no account."""
    people.add("known@example.com")
    answers = {
        browser_of().submit("/account/reset", {"email": email}).headers["Location"]
        for email in ("known@example.com", "unknown@example.com")
    }
    assert answers == {"/account/letter-sent"}
    assert [letter[0] for letter in mailbox.letters] == ["known@example.com"]


def test_tokens_are_kept_as_hashes_only(
    browser_of: BrowserOf, people: People, mailbox: Mailbox, database: Database
) -> None:
    """Who reads the database finds neither a session's nor a link's token in it."""
    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    browser_of().submit("/account/reset", {"email": "known@example.com"})
    secret = mailbox.link().rsplit("/", 1)[1]
    with database.read() as session:
        row, link = session.query(SessionRow).one(), session.query(OneTimeLink).one()
        assert len(_cookie(browser)) >= 43 and _cookie(browser) not in str(vars(row))
        assert secret not in str(vars(link))


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(browser_of: BrowserOf, people: People) -> None:
    """The cookie is HttpOnly, SameSite=Lax, for this host and all paths."""
    people.add("known@example.com")
    cookies = browser_of().sign_in("known@example.com").headers.getlist("Set-Cookie")
    ours = next(line for line in cookies if line.startswith("session_token="))
    assert "HttpOnly" in ours and "SameSite=Lax" in ours and "Path=/" in ours and "Domain" not in ours


def test_a_session_planted_before_sign_in_is_worth_nothing(browser_of: BrowserOf, people: People) -> None:
    """Fixation: sign-in makes a new token and ends the session the device brought along."""
    people.add("attacker@example.com")
    people.add("victim@example.com")
    attacker = browser_of()
    attacker.sign_in("attacker@example.com")
    planted = _cookie(attacker)
    token = attacker.token("/account/sign-in")
    victim = browser_of()
    victim.client.set_cookie("session_token", planted, domain="court.test")
    victim.client.set_cookie(
        "page_token", attacker.client.get_cookie("page_token", domain="court.test").value, domain="court.test"
    )  # type: ignore[union-attr]
    victim.client.post(
        "/account/sign-in",
        base_url=ORIGIN,
        data={"email": "victim@example.com", "password": PASSWORD, "csrf_token": token},
        headers={"Origin": ORIGIN},
    )
    assert _cookie(victim) != planted
    assert attacker.get("/door/write").status_code == 303


def test_a_made_up_session_token_is_nobody(browser_of: BrowserOf) -> None:
    """Only a token the court gave out opens anything."""
    browser = browser_of()
    browser.client.set_cookie("session_token", "A" * 43, domain="court.test")
    assert browser.get("/door/write").status_code == 303


def test_a_page_token_from_before_sign_in_is_worth_nothing(browser_of: BrowserOf, people: People) -> None:
    """The form token changes with the sign-in."""
    people.add("known@example.com")
    browser = browser_of()
    before = browser.token("/account/sign-in")
    browser.sign_in("known@example.com")
    answer = browser.client.post(
        "/door/write", base_url=ORIGIN, data={"csrf_token": before}, headers={"Origin": ORIGIN}
    )
    assert answer.status_code == 400


def test_signing_out_ends_the_session_itself(browser_of: BrowserOf, people: People) -> None:
    """A copied cookie is worth nothing once its owner has signed out."""
    people.add("known@example.com")
    browser, thief = browser_of(), browser_of()
    browser.sign_in("known@example.com")
    thief.client.set_cookie("session_token", _cookie(browser), domain="court.test")
    assert thief.get("/door/write").status_code == 200
    browser.submit("/account/sign-out", on="/account/sign-in")
    assert thief.get("/door/write").status_code == 303
    assert not _cookie(browser)


def test_a_session_idles_out(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """Twelve hours without a request end a session; requests keep it alive."""
    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    for _ in range(2):
        clock.advance(IDLE - timedelta(minutes=1))
        assert browser.get("/door/write").status_code == 200
    clock.advance(IDLE)
    assert browser.get("/door/write").status_code == 303


def test_staff_idle_out_sooner(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """A desk left alone for an hour is signed out."""
    totp = people.enrol(people.add("clerk@example.com", "", Role.CLERK))
    browser = browser_of()
    browser.sign_in("clerk@example.com", code=people.code(totp))
    clock.advance(STAFF_IDLE - timedelta(minutes=1))
    assert browser.get("/door/desk").status_code == 200
    clock.advance(STAFF_IDLE)
    assert browser.get("/door/desk").status_code == 303


def test_a_session_ends_after_a_week_however_busy(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """Seven days are the end, use or not."""
    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    steps = int(ABSOLUTE / timedelta(hours=8))
    seen = []
    for _ in range(steps):
        clock.advance(timedelta(hours=8))
        seen.append(browser.get("/door/write").status_code)
    assert seen == [200] * (steps - 1) + [303]


def test_reading_seldom_writes(browser_of: BrowserOf, people: People, clock: FixedClock, database: Database) -> None:
    """The last use of a session is written at most every five minutes."""
    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    with database.read() as session:
        signed_in_at = session.query(SessionRow).one().seen_at
    clock.advance(timedelta(minutes=4))
    browser.get("/door/write")
    with database.read() as session:
        assert session.query(SessionRow).one().seen_at == signed_in_at
    clock.advance(timedelta(minutes=2))
    browser.get("/door/write")
    with database.read() as session:
        assert session.query(SessionRow).one().seen_at == clock.machine_now()


def test_a_suspended_account_is_out_at_once(
    browser_of: BrowserOf, people: People, database: Database, clock: FixedClock
) -> None:
    """The very next request of a suspended account is refused, and so is signing in."""
    account_id = people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    assert browser.get("/door/write").status_code == 200
    with database.write() as session:
        staff.suspend(session, session.get_one(Account, account_id), clock.machine_now())
    assert browser.get("/door/write").status_code == 303
    assert browser_of().sign_in("known@example.com").status_code == 422


def test_a_new_device_is_reported_to_the_owner(browser_of: BrowserOf, people: People, mailbox: Mailbox) -> None:
    """The first sign-in says nothing, nor does the same browser again; one from another device writes to the owner."""
    people.add("known@example.com")
    own = browser_of()
    own.sign_in("known@example.com")
    own.sign_in("known@example.com")
    assert mailbox.letters == []
    other = browser_of()
    other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 19) Safari/605"
    other.sign_in("known@example.com")
    assert [letter[1] for letter in mailbox.letters] == ["New sign-in to your account"]
    assert "Safari · iPhone" in mailbox.letters[0][2]


def test_a_stranger_with_the_owners_kind_of_browser_is_reported(
    browser_of: BrowserOf, people: People, mailbox: Mailbox
) -> None:
    """Half of the people have the same browser on the same system: a device is known by having come in, not by its name."""
    people.add("known@example.com")
    for number in range(2):
        browser = browser_of()
        browser.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0"
        browser.sign_in("known@example.com")
        assert len(mailbox.letters) == number


def test_who_comes_back_after_long_is_told_of_a_new_device(
    browser_of: BrowserOf, people: People, mailbox: Mailbox, database: Database, clock: FixedClock
) -> None:
    """Sessions that ended long ago are forgotten; an account is not taken for a new one because of that."""
    people.add("known@example.com")
    browser_of().sign_in("known@example.com")
    clock.advance(timedelta(days=60))
    expiry.sweep(database, clock.machine_now())
    browser_of().sign_in("known@example.com")
    assert [letter[1] for letter in mailbox.letters] == ["New sign-in to your account"]


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaa", "1234567890", "password2026", "wu.min1234", "abcdefghij"]
)
def test_a_weak_password_is_refused(browser_of: BrowserOf, password: str) -> None:
    """Short, monotonous, running and personal passwords are refused, with the reason at the field."""
    answer = browser_of().submit(
        "/account/register", {"email": "wu.min@example.com", "name": "Wu Min", "password": password}
    )
    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert password not in answer.text


def test_a_refused_form_comes_back_filled(browser_of: BrowserOf) -> None:
    """What was typed stands again in the form, the password excepted."""
    answer = browser_of().submit("/account/register", {"email": "no address", "name": "Wu Min", "password": PASSWORD})
    assert 'value="Wu Min"' in answer.text and 'value="no address"' in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ｌｉ　Ｗｅｎ", "Li Wen"),
        ("Li Wеn", None),
        ("Αnna Weber", None),
        ("Анна Weber", "Анна Weber"),
        ("李文 Li", "李文 Li"),
    ],
)
def test_no_name_is_written_to_look_like_another(name: str, kept: str | None) -> None:
    """Wide letters become the plain ones; a word that mixes alphabets whose letters look alike is refused."""
    from odr.identity.accounts.accounts import normal_name

    if kept is None:
        with pytest.raises(InvalidInput):
            normal_name(name)
    else:
        assert normal_name(name) == kept
