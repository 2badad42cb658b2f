"""Passkeys, in a real browser with a virtual authenticator; and forms without JavaScript."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page
from sqlalchemy import update

from odr.docket.models import Role
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.models import Account, AccountState, Passkey, SessionRow
from odr.identity.sign_in import passkeys, program_tokens, sessions
from odr.identity.sign_in.passkeys import PasskeyRefused, Site
from odr.identity.sign_in.program_tokens import Scope
from tests.identity.conftest import ORIGIN, PASSWORD, Mailbox, NewBrowser, People
from tests.peers.browser import PHONE, OpenPage, answered

SITE = Site("court.test", (ORIGIN,), "Internet Court")


@pytest.fixture
def served(app: Flask, serve: Callable[..., str]) -> str:
    """The door on a real port; passkeys are bound to host names, so not to 127.0.0.1."""
    return serve(app).replace("127.0.0.1", "localhost")


def _plug_in(page: Page) -> tuple[CDPSession, str]:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return cdp, str(made["authenticatorId"])


def _sign_in(page: Page, email: str) -> None:
    page.goto("/account/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")


def test_a_clerk_comes_in_with_a_passkey_alone(
    served: str, open_page: OpenPage, people: People, database: Database, browser_of: NewBrowser, mailbox: Mailbox
) -> None:
    """Made in the account, of which a letter tells, the passkey opens the staff desk without password, and proves again who
    one is; what another browser has by the password alone ends.
    """
    people.add("clerk@example.com", "", Role.CLERK)
    weaker = browser_of()
    weaker.sign_in("clerk@example.com")
    assert weaker.get("/account/devices").status_code == 200
    page = open_page(served)
    cdp, device = _plug_in(page)
    _sign_in(page, "clerk@example.com")
    page.wait_for_url("**/account/second-factor")
    page.fill("#passkey-name", "My telephone")
    page.click("[data-passkey=make] button")
    page.wait_for_selector("text=My telephone")
    assert [text for _, subject, text, _ in mailbox.letters if "“My telephone” was added" in text]
    assert weaker.get("/account/devices").headers["Location"].startswith("/account/sign-in")
    page.goto("/door/desk")
    assert page.inner_text("body") == "desk"
    page.context.clear_cookies()
    page.goto("/account/sign-in?next=/door/desk")
    page.click("[data-passkey=sign-in] button")
    page.wait_for_url(served + "/door/desk")
    page.goto("/account/confirm?next=/door/sign")
    page.click("[data-passkey=sign-in] button")
    page.wait_for_url(served + "/door/sign")
    with database.read() as session:
        key = session.query(Passkey).one()
        credential = _base64(key.credential_id)
        assert key.name == "My telephone" and key.sign_count >= 2 and key.used_at is not None
        assert [row.two_factor for row in session.query(SessionRow)] == [False, True, True]
    cdp.send("WebAuthn.removeCredential", {"authenticatorId": device, "credentialId": credential})
    page.context.clear_cookies()
    page.goto("/account/sign-in")
    assert not page.is_visible("[data-complaint]")
    page.click("[data-passkey=sign-in] button")
    page.wait_for_selector("[data-complaint]:visible")


def _base64(value: str) -> str:
    return value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)


def test_an_answer_is_taken_once(served: str, open_page: OpenPage, people: People, database: Database) -> None:
    """What the device answered, caught on the way and sent again, opens nothing; nor does a stopped account's passkey."""
    people.add("known@example.com")
    page = open_page(served)
    _plug_in(page)
    _sign_in(page, "known@example.com")
    page.wait_for_url(served + "/home")
    page.goto("/account/second-factor")
    page.click("[data-passkey=make] button")
    page.wait_for_selector("form[action*='/account/passkeys/']")
    page.context.clear_cookies()
    caught: list[str] = []
    page.on(
        "request",
        lambda request: caught.append(request.post_data or "") if request.url.endswith("/sign-in/passkey") else None,
    )
    page.goto("/account/sign-in?next=/door/write")
    page.click("[data-passkey=sign-in] button")
    page.wait_for_url(served + "/door/write")
    page.context.clear_cookies()
    page.goto("/account/sign-in")
    token = page.get_attribute("[data-passkey]", "data-token") or ""
    again = page.request.post(
        "/account/sign-in/passkey", data=json.loads(caught[0]), headers={"X-CSRF-Token": token, "Origin": served}
    )
    assert again.status == 422
    with database.write() as session:
        session.execute(update(Account).values(state=AccountState.SUSPENDED))
    page.click("[data-passkey=sign-in] button")
    page.wait_for_selector("[data-complaint]:visible")


def test_giving_a_passkey_up_ends_what_rested_on_it(browser_of: NewBrowser, people: People, database: Database) -> None:
    """Other sessions and every token end; the session that did it is as strong as what is left."""
    person = people.add("known@example.com")
    here, elsewhere, now = browser_of(), browser_of(), people.clock.machine_now()
    for browser in (here, elsewhere):
        browser.sign_in("known@example.com")
    with database.write() as session:
        kept = {"credential_id": "one", "public_key": "one", "name": "one", "created_at": now}
        session.add(Passkey(account_id=person, **kept))
        session.execute(update(SessionRow).values(two_factor=True))
        account = session.get_one(Account, person)
        given: dict[str, Any] = {"name": "mine", "scopes": [Scope.READ], "lasts": timedelta(days=1), "two_factor": True}
        token = program_tokens.issue(session, account, **given, now=now)
        session.flush()
        key = session.query(Passkey).one().id
    assert here.submit(f"/account/passkeys/{key}/remove", on="/account/second-factor").status_code == 303
    assert elsewhere.get("/account/devices").headers["Location"].startswith("/account/sign-in")
    with database.read() as session:
        [row] = sessions.live(session, person, now)
        assert row.two_factor is False and program_tokens.find(session, token, now) is None


def test_without_javascript_on_a_telephone_in_chinese(
    served: str, open_page: OpenPage, people: People, database: Database
) -> None:
    """Everything but the passkey works without JavaScript: sign in, see the devices, sign out."""
    people.add("known@example.com")
    with database.write() as session:
        session.execute(update(Account).values(locale="zh-Hans"))
    page = open_page(served, width=PHONE, javascript=False, locale="zh-CN")
    page.goto("/account/sign-in")
    assert page.inner_text("h1") == "登录"
    assert not page.is_visible("[data-passkey]")
    _sign_in(page, "known@example.com")
    page.goto("/account/devices")
    assert page.inner_text("h1") == "您的设备"
    page.goto("/account")
    with answered(page):
        page.click("form[action='/account/sign-out'] button")
    assert page.url == served + "/account/sign-in"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"id": "x"},
        {"response": {}},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "e30"}},
    ],
)
def test_a_malformed_answer_is_refused(
    sent: dict[str, object], database: Database, people: People, clock: FixedClock
) -> None:
    """Nonsense is refused like a wrong passkey, when signing in and when making one."""
    account_id = people.add("known@example.com")
    with database.write() as session:
        with pytest.raises(PasskeyRefused):
            passkeys.authenticate(session, SITE, sent, clock.machine_now())
        with pytest.raises(PasskeyRefused):
            passkeys.register(session, session.get_one(Account, account_id), SITE, sent, "x", clock.machine_now())


def test_what_is_no_answer_is_refused_over_http(app: Flask, browser_of: NewBrowser) -> None:
    """A body that is no JSON object, or has no credential, gets a refusal and no session."""
    browser = browser_of()
    token = browser.token("/account/sign-in")
    headers = {"X-CSRF-Token": token, "Origin": ORIGIN}
    for body in (b"", b"[]", b"{", b'{"credential": 1}', b'{"credential": {}}'):
        answer = browser.client.post(
            "/account/sign-in/passkey", base_url=ORIGIN, data=body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 422 and "session_token" not in str(answer.headers.getlist("Set-Cookie"))
    assert (
        browser.client.post("/account/sign-in/passkey/options", base_url=ORIGIN, headers={"Origin": ORIGIN}).status_code
        == 400
    )
