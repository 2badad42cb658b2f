"""Letters about accounts leave outside the request that causes them, and none is lost in silence."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.identity.accounts import outbox
from odr.identity.models import AccountLetter, OneTimeLink
from odr.procedure.court import Court
from tests.identity.conftest import Browser, Mailbox, NewBrowser, People, open_door
from tests.patience import PATIENCE, until


class SlowServer(Mailbox):
    """A mail server that takes a letter only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()

    def send(self, to: str, subject: str, text: str, html: str | None, locale: str) -> None:
        assert self.may.wait(PATIENCE)
        super().send(to, subject, text, html, locale)


class NoServer:
    """A mail server that takes nothing."""

    def send(self, to: str, subject: str, text: str, html: str | None, locale: str) -> str | None:
        return "later 451"


@pytest.fixture
def slow(court: Court, settings: Settings) -> Iterator[SlowServer]:
    """The court with a slow mail server, working beside its requests as a sitting court does."""
    server = SlowServer()
    court.ports.mail = server
    court.settings = settings.model_copy(update={"sequencing": "background"})
    yield server
    server.may.set()


def test_a_request_waits_for_no_mail_server(court: Court, slow: SlowServer, people: People) -> None:
    """Asked for a new password, the court answers before the letter has left; whoever has no account gets the same."""
    people.add("known@example.com")
    app = open_door(court)

    def ask(email: str) -> tuple[int, str]:
        browser = Browser(app)
        answer = browser.submit("/account/reset", {"email": email})
        return answer.status_code, answer.headers["Location"]

    assert ask("known@example.com") == ask("nobody@example.com") == (303, "/account/letter-sent")
    assert slow.letters == []
    with court.database.read() as session:
        assert len(session.scalars(select(AccountLetter)).all()) == 2
        assert len(session.scalars(select(OneTimeLink)).all()) == 2
    slow.may.set()

    def has_left() -> bool:
        outbox.send_letters(court)
        return bool(slow.letters)

    until(has_left, "the letter has left")
    assert [letter[0] for letter in slow.letters] == ["known@example.com"]


def test_asking_for_nobody_takes_no_link_from_anybody(browser_of: NewBrowser, people: People, mailbox: Mailbox) -> None:
    """The link of a letter that is on its way still opens after a stranger asked for an address that has no account."""
    people.add("known@example.com")
    browser_of().submit("/account/reset", {"email": "known@example.com"})
    link = mailbox.link()
    browser_of().submit("/account/reset", {"email": "nobody@example.com"})
    assert browser_of().get(link).status_code == 200


def test_a_letter_that_reaches_nobody_is_tried_again_and_leaves_a_line(
    court: Court, people: People, clock: FixedClock, browser_of: NewBrowser, caplog: pytest.LogCaptureFixture
) -> None:
    """Five times within an hour; then it stands as failed, without a word of it, and the operator's log says so."""
    people.add("known@example.com")
    court.ports.mail = NoServer()
    browser_of().submit("/account/reset", {"email": "known@example.com"})
    for _ in range(5):
        clock.advance(timedelta(minutes=31))
        outbox.send_letters(court)
    with court.database.read() as session:
        [row] = session.scalars(select(AccountLetter)).all()
    assert (row.tries, row.said, row.sealed, row.sent_at) == (5, "later 451", None, None) and row.failed_at is not None
    assert "reached no mailbox after 5 tries" in caplog.text and "known@" not in caplog.text


def test_a_letter_lies_sealed_and_only_until_it_has_left(
    court: Court, people: People, clock: FixedClock, browser_of: NewBrowser, mailbox: Mailbox
) -> None:
    """Whoever reads the database finds neither address nor link."""
    people.add("known@example.com")
    court.ports.mail = NoServer()
    browser_of().submit("/account/reset", {"email": "known@example.com"})
    with court.database.read() as session:
        [row] = session.scalars(select(AccountLetter)).all()
    assert row.sealed and "known" not in row.sealed and "/account/reset" not in row.sealed
    court.ports.mail = mailbox
    clock.advance(timedelta(minutes=2))
    assert outbox.send_letters(court) == 1 and mailbox.link().startswith("/account/reset/")
    with court.database.read() as session:
        [row] = session.scalars(select(AccountLetter)).all()
    assert row.sealed is None and row.sent_at is not None
