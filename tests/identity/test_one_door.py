"""What the court mails about an account has no link: one types the court's address and a code, at one door."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from odr.identity.accounts.links import PAGES, new_code, typed_code
from tests.identity.conftest import PASSWORD, Browser, Mailbox, NewBrowser, People


def registered(browser: Browser) -> None:
    """Somebody asks for an account."""
    browser.submit("/account/register", {"email": "wu@example.com", "name": "Wu Min", "password": PASSWORD})


def test_a_letter_about_an_account_has_no_link(browser_of: NewBrowser, mailbox: Mailbox, people: People) -> None:
    """Neither a link nor the court's address with its scheme, of which a mail program would make one."""
    people.add("li@example.com")
    registered(browser_of())
    registered(browser_of())
    browser_of().submit("/account/reset", {"email": "li@example.com"})
    assert len(mailbox.letters) >= 2
    for _, subject, text, _ in mailbox.letters:
        assert not re.search(r"https?:|www\.|/account/", subject + text)
        assert "court.test" in text and ("follow no link" in text or "请不要点击" in text)


@pytest.mark.parametrize("door", ["/join", "/check"])
def test_a_mailed_code_is_typed_at_either_door(door: str, browser_of: NewBrowser, mailbox: Mailbox, app: Flask) -> None:
    """In small letters and without dashes, where one enters what stands in any message of the court."""
    registered(browser_of())
    browser = browser_of()
    answer = browser.get(f"{door}?code={mailbox.code().lower().replace('-', ' ')}", follow_redirects=True)
    assert answer.status_code == 200 and answer.request.path == mailbox.link()


def test_a_code_that_was_used_opens_nothing(browser_of: NewBrowser, mailbox: Mailbox) -> None:
    """And a made-up one neither: the page says where to get a new one."""
    registered(browser_of())
    browser = browser_of()
    browser.submit(mailbox.link(), {"password": PASSWORD})
    for code in (mailbox.code(), new_code()):
        answer = browser.get(f"/check?code={code}")
        assert answer.status_code == 200 and "used or is too old" in answer.text


def test_every_page_behind_a_code_exists(app: Flask) -> None:
    """What is sent as a code has a page of the court at its end."""
    places = {str(rule) for rule in app.url_map.iter_rules()}
    assert all(f"{page}<token>" in places for page in PAGES.values())


@pytest.mark.parametrize("typed", ["", "K7M2-9XQD-4V3TH", "a" * 26, "0" * 20, "<script>", "K7M2-9XQD-4V3T-HH2P-8QW"])
def test_what_is_no_mailed_code_is_left_to_the_others(typed: str) -> None:
    """The code of a letter has 13 letters, that of a paper 26."""
    assert typed_code(typed) is None
