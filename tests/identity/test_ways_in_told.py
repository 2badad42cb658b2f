"""The owner of an account hears of every way into it that is made or taken off."""

from __future__ import annotations

import ast
import re
from typing import Any

import pyotp
import pytest

from odr.ground.db import Database
from odr.identity.accounts.way_letters import WORDS, Way
from odr.identity.models import Account, Passkey
from tests.identity.conftest import Browser, Mailbox, NewBrowser, People
from tests.parsed import files, nodes_of

NOT_TOLD = {
    "password": "the form alone",
    "app_factor": "the form alone",
    "passkey_options": "nothing is made before the device has answered",
    "password_submit": "the letter is the one of a changed password",
    "provider_link": "nothing is linked before the provider has answered",
}
"""Pages of one's own account behind a fresh proof whose letter is another, or that change nothing."""
OWN = ("own_account.py", "passkeys.py", "provider.py")


def subjects(mailbox: Mailbox) -> list[str]:
    """What has been written so far."""
    return [subject for _, subject, _, _ in mailbox.letters]


def test_every_page_that_changes_a_way_in_tells_the_owner() -> None:
    """A new one must write, or say why it need not: what needs a fresh proof is what a stranger at the device would do."""
    guarded = {}
    for path in files("odr/identity/pages"):
        if path.name in OWN:
            for one in nodes_of(path):
                if isinstance(one, ast.FunctionDef) and "require_strong" in {
                    ast.unparse(mark).split("(")[0] for mark in one.decorator_list
                }:
                    guarded[one.name] = {ast.unparse(call.func) for call in ast.walk(one) if isinstance(call, ast.Call)}
    assert len(guarded) >= 11
    assert {name for name, calls in guarded.items() if "tell" not in calls} == set(NOT_TOLD)


@pytest.fixture
def lay(browser_of: NewBrowser, people: People) -> Browser:
    """Somebody who has signed in with a password."""
    people.add("known@example.com")
    browser = browser_of()
    browser.sign_in("known@example.com")
    return browser


def test_an_app_and_its_codes(lay: Browser, people: People, mailbox: Mailbox) -> None:
    """Set up, its recovery codes made anew, taken off: a letter each, which gives away none of them."""
    before = len(mailbox.letters)
    found = re.search(r"<code translate=\"no\">([A-Z2-7]{32})</code>", lay.get("/account/second-factor/app").text)
    assert found
    assert lay.submit("/account/second-factor/app", {"code": "000000"}).status_code == 422
    assert len(mailbox.letters) == before
    lay.submit("/account/second-factor/app", {"code": people.code(pyotp.TOTP(found[1]))})
    renewed = lay.submit("/account/second-factor/recovery-codes", on="/account/second-factor").text
    lay.submit("/account/second-factor/app/remove", on="/account/second-factor")
    ways = (Way.APP_SET_UP, Way.CODES_RENEWED, Way.APP_REMOVED)
    assert subjects(mailbox)[before:] == [WORDS[way][0].render("en") for way in ways]
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", renewed)
    written = "".join(letter[2] for letter in mailbox.letters)
    assert codes and not any(code in written for code in codes) and found[1] not in written


def test_a_token_is_told_by_its_name(lay: Browser, mailbox: Mailbox) -> None:
    """Its name, never the token."""
    given: dict[str, Any] = {"name": "Accounting", "scopes": "cases:read", "days": "30"}
    page = lay.submit("/account/tokens", given).text
    _, subject, text, _ = mailbox.letters[-1]
    assert subject == "A token for a program" and "The API token “Accounting” was made" in text
    token = re.search(r"odr_[\w-]{20,}", page)
    assert token and token[0] not in text


def test_a_passkey_that_is_taken_off(lay: Browser, database: Database, people: People, mailbox: Mailbox) -> None:
    """In the owner's language."""
    with database.write() as session:
        account = session.query(Account).one()
        account.locale = "zh-Hans"
        kept = {"credential_id": "one", "public_key": "one", "name": "one", "created_at": people.clock.machine_now()}
        session.add(Passkey(account_id=account.id, **kept))
        session.flush()
        key = session.query(Passkey).one().id
    lay.submit(f"/account/passkeys/{key}/remove", on="/account/second-factor")
    assert subjects(mailbox)[-1] == WORDS[Way.PASSKEY_REMOVED][0].render("zh-Hans") == "您的一个通行密钥已移除"
