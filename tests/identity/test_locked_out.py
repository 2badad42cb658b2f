"""A stranger's wrong guesses keep nobody out of their own account."""

from __future__ import annotations

from typing import Any

import pytest

from tests.identity.conftest import ORIGIN, PASSWORD, Browser, Mailbox, NewBrowser, People

BrowserOf = NewBrowser
STRANGER, OWNER = "203.0.113.9", "198.51.100.4"


def _try(browser: Browser, password: str, address: str) -> int:
    token = browser.token("/account/sign-in")
    form: dict[str, Any] = {"email": "known@example.com", "password": password, "csrf_token": token}
    sent = {"base_url": ORIGIN, "data": form, "headers": {"Origin": ORIGIN}}
    return browser.client.post("/account/sign-in", environ_overrides={"REMOTE_ADDR": address}, **sent).status_code


@pytest.fixture
def owner(browser_of: BrowserOf, people: People) -> Browser:
    """The owner's own browser, from which they have come in; a stranger has then guessed until refused."""
    people.add("known@example.com")
    owner = browser_of()
    assert _try(owner, PASSWORD, OWNER) == 303
    owner.submit("/account/sign-out", on="/account")
    stranger = browser_of()
    assert [_try(stranger, "wrong", STRANGER) for _ in range(12)][-1] == 429
    assert _try(stranger, PASSWORD, STRANGER) == 429
    return owner


def test_the_owner_comes_in_from_elsewhere(owner: Browser, browser_of: BrowserOf) -> None:
    """On any device that is not where the stranger is."""
    assert _try(browser_of(), PASSWORD, OWNER) == 303


def test_a_known_device_comes_in_even_from_where_the_stranger_is(owner: Browser) -> None:
    """One household, one office: the owner's device counts by itself, and is limited by itself."""
    assert _try(owner, PASSWORD, STRANGER) == 303
    owner.submit("/account/sign-out", on="/account")
    assert [_try(owner, "wrong", STRANGER) for _ in range(11)][-1] == 429


def test_a_mailed_link_makes_a_device_known(owner: Browser, browser_of: BrowserOf, mailbox: Mailbox) -> None:
    """With a new password set by the letter, the owner comes in from where the stranger is, too."""
    fresh = browser_of()
    fresh.submit("/account/reset", {"email": "known@example.com"})
    assert fresh.submit(mailbox.link(), {"password": "seven white cranes"}).status_code == 303
    assert _try(fresh, "seven white cranes", STRANGER) == 303


def test_a_device_is_known_for_its_own_account_only(owner: Browser, browser_of: BrowserOf, people: People) -> None:
    """Somebody's own account makes their device none of the victim's, and a made-up cookie is none at all."""
    people.add("stranger@example.com")
    stranger = browser_of()
    stranger.sign_in("stranger@example.com")
    assert _try(stranger, PASSWORD, STRANGER) == 429
    made_up = browser_of()
    made_up.client.set_cookie("device_token", "gAAAAAB", domain="court.test")
    assert _try(made_up, PASSWORD, STRANGER) == 429


def test_guessing_from_many_places_is_limited(browser_of: BrowserOf, people: People) -> None:
    """A hundred guesses in a quarter of an hour, however many networks they come from."""
    people.add("known@example.com")
    browser = browser_of()
    statuses = [_try(browser, "wrong", f"203.0.{n}.1") for n in range(102)]
    assert statuses[:100] == [422] * 100 and statuses[100:] == [429] * 2
