"""The second factor: a code counts once, a lost device has a way out, and nobody guesses."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from hypothesis import given, strategies as st

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import TooMany
from odr.identity.accounts.accounts import Means
from odr.identity.models import Account
from odr.identity.sign_in import one_time_codes
from odr.identity.sign_in.one_time_codes import WrongCode
from tests.conftest import MORNING
from tests.identity.conftest import PASSWORD, NewBrowser, People

BrowserOf = NewBrowser
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_code_signs_in_once(browser_of: BrowserOf, people: People) -> None:
    """Replay: the code just used, seen over somebody's shoulder, opens nothing."""
    totp = people.enrol(people.add("known@example.com"))
    code = people.code(totp)
    assert browser_of().sign_in("known@example.com", code=code).headers["Location"] == "/home"
    again = browser_of().sign_in("known@example.com", code=code)
    assert again.status_code == 422


def test_the_code_that_set_up_the_app_is_used_up(
    means: Means, people: People, clock: FixedClock, database: Database
) -> None:
    """The first code confirms the app and nothing else."""
    account_id = people.add("known@example.com")
    with database.write() as session:
        code = pyotp.TOTP(SECRET).at(int(clock.machine_now().timestamp()))
        one_time_codes.enrol(
            session, means.keyring, session.get_one(Account, account_id), SECRET, code, clock.machine_now()
        )
    with pytest.raises(WrongCode):
        one_time_codes.check(database, means.keyring, account_id, code, clock.machine_now())


def test_an_older_code_than_the_last_is_refused(
    means: Means, people: People, clock: FixedClock, database: Database
) -> None:
    """Within the drift an older code is not taken after a newer one."""
    account_id = people.add("known@example.com")
    totp = people.enrol(account_id)
    clock.advance(timedelta(seconds=60))
    older = totp.at(int(clock.machine_now().timestamp()) - one_time_codes.STEP)
    one_time_codes.check(database, means.keyring, account_id, people.code(totp), clock.machine_now())
    with pytest.raises(WrongCode):
        one_time_codes.check(database, means.keyring, account_id, older, clock.machine_now())


@given(st.integers(min_value=-200, max_value=200))
def test_the_drift_allowed_is_one_step_to_either_side(offset: int) -> None:
    """A telephone's clock may be one half minute off, not two."""
    shown = pyotp.TOTP(SECRET).at(int(MORNING.timestamp()) + offset)
    steps = (int(MORNING.timestamp()) + offset) // one_time_codes.STEP - int(MORNING.timestamp()) // one_time_codes.STEP
    found = one_time_codes.matching_step(SECRET, shown, MORNING)
    assert (found is not None) == (abs(steps) <= one_time_codes.DRIFT)


@given(st.text(max_size=12))
def test_what_is_no_code_is_refused(text: str) -> None:
    """Anything that is not six digits is wrong, whatever characters it has."""
    right = {pyotp.TOTP(SECRET).at(int(MORNING.timestamp()) + one_time_codes.STEP * n) for n in (-1, 0, 1)}
    assert (one_time_codes.matching_step(SECRET, text, MORNING) is not None) == (text.replace(" ", "") in right)


def test_codes_are_not_guessed(means: Means, people: People, clock: FixedClock, database: Database) -> None:
    """After six wrong codes even the right one waits."""
    account_id = people.add("known@example.com")
    totp = people.enrol(account_id)
    for _ in range(6):
        with pytest.raises(WrongCode):
            one_time_codes.check(database, means.keyring, account_id, "000000", clock.machine_now())
    with pytest.raises(TooMany):
        one_time_codes.check(database, means.keyring, account_id, people.code(totp), clock.machine_now())


def test_the_secret_is_encrypted_at_rest(people: People, database: Database) -> None:
    """Who reads the database cannot make codes."""
    account_id = people.add("known@example.com")
    totp = people.enrol(account_id)
    with database.read() as session:
        stored = session.get_one(Account, account_id).totp_secret
    assert stored is not None and totp.secret not in stored


def test_a_recovery_code_opens_once(browser_of: BrowserOf, people: People, means: Means, database: Database) -> None:
    """The codes for the day the device is lost work once each, however they are written."""
    account_id = people.add("known@example.com")
    people.enrol(account_id)
    with database.write() as session:
        recovery = one_time_codes.renew_recovery_codes(session, means.keyring, account_id)
    assert len(set(recovery)) == one_time_codes.RECOVERY_CODES
    written = recovery[0].upper().replace("-", " ")
    assert browser_of().sign_in("known@example.com", code=written).headers["Location"] == "/home"
    assert browser_of().sign_in("known@example.com", code=recovery[0]).status_code == 422
    with database.read() as session:
        assert one_time_codes.recovery_codes_left(session, account_id) == one_time_codes.RECOVERY_CODES - 1


def test_a_code_without_the_password_is_nothing(browser_of: BrowserOf, people: People) -> None:
    """The page for the code is closed to whoever has not given the password moments ago."""
    totp = people.enrol(people.add("known@example.com"))
    browser = browser_of()
    assert browser.get("/account/sign-in/code").headers["Location"] == "/account/sign-in"
    token = browser.token("/account/sign-in")
    answer = browser.client.post(
        "/account/sign-in/code",
        base_url="http://court.test",
        data={"csrf_token": token, "code": people.code(totp)},
        headers={"Origin": "http://court.test"},
    )
    assert answer.headers["Location"] == "/account/sign-in"
    assert browser.get("/door/write").status_code == 303


def test_a_sign_in_half_done_ends(browser_of: BrowserOf, people: People, clock: FixedClock) -> None:
    """Ten minutes after the password the code comes too late."""
    totp = people.enrol(people.add("known@example.com"))
    browser = browser_of()
    browser.sign_in("known@example.com")
    clock.advance(timedelta(minutes=10))
    assert browser.get("/account/sign-in/code").status_code == 303
    assert people.code(totp)


def test_setting_up_an_app_on_the_page(browser_of: BrowserOf, people: People) -> None:
    """The page shows picture and key, takes a right code only, and gives ten recovery codes once."""
    import re

    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    page = browser.get("/account/second-factor/app").text
    found = re.search(r"<code translate=\"no\">([A-Z2-7]{32})</code>", page)
    assert found and "data:image/svg+xml" in page
    assert browser.submit("/account/second-factor/app", {"code": "000000"}).status_code == 422
    assert found[1] in browser.get("/account/second-factor/app").text
    done = browser.submit("/account/second-factor/app", {"code": people.code(pyotp.TOTP(found[1]))})
    assert len(re.findall(r"<code>[a-z2-9]{5}-[a-z2-9]{5}</code>", done.text)) == one_time_codes.RECOVERY_CODES
    assert browser_of().sign_in("known@example.com").headers["Location"] == "/account/sign-in/code"


def test_removing_the_app_needs_fresh_proof(
    browser_of: BrowserOf, people: People, clock: FixedClock, database: Database
) -> None:
    """A session left open does not take the second factor away."""
    account_id = people.add("known@example.com")
    totp = people.enrol(account_id)
    browser = browser_of()
    browser.sign_in("known@example.com", code=people.code(totp))
    clock.advance(timedelta(minutes=16))
    assert browser.submit("/account/second-factor/app/remove", on="/account").status_code == 403
    browser.submit("/account/confirm", {"password": PASSWORD, "code": people.code(totp)})
    assert browser.submit("/account/second-factor/app/remove", on="/account").status_code == 303
    with database.read() as session:
        assert session.get_one(Account, account_id).totp_secret is None
