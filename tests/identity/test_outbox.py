"""Letters about accounts leave outside the request that causes them, and none is lost in silence."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter
from odr.identity.models import AccountLetter, OneTimeLink
from odr.procedure.court import Court
from tests.identity.conftest import Browser, Mailbox, NewBrowser, People, open_door
from tests.parsed import ROOT, files, nodes_of
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


ASKED_FOR = {
    "odr/filing/counter/pages.py": "a link that stands on the clerk's screen too",
    "odr/identity/pages/mandates.py": "whoever offers to act sees that nothing comes, and offers again",
    "odr/identity/pages/shared.py": "the way to it for these pages",
    "odr/identity/pages/sign_in.py": "whoever opens an account or forgot a password asks again",
    "odr/register/search/saved/pages.py": "whoever saves a search asks again",
}
"""Where a letter is written after what it tells of: who waits for it has just asked, and asks again."""


def test_a_letter_is_written_with_what_it_tells_of() -> None:
    """After the commit the process may end, and nobody would ever be told: the letter belongs into the same transaction."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files()
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("outbox.post", "post")
        if "odr/payments/" not in path.as_posix()  # there it is money that is posted
    }
    assert found == ASKED_FOR.keys()


def test_neither_is_there_without_the_other(court: Court, mailbox: Mailbox) -> None:
    """Undone with it, or kept with it: the worker sends what a process that ended left behind."""
    letter = Letter("li@parties.example", T("Somebody asks you"), (T("Answer on your page."),), "en", "court.example")
    with pytest.raises(RuntimeError), court.database.write() as session:
        outbox.write(court, session, [letter])
        raise RuntimeError
    assert outbox.send_letters(court) == 0
    with court.database.write() as session:
        outbox.write(court, session, [letter])
    assert not mailbox.letters
    assert outbox.send_letters(court) == 1 and len(mailbox.letters) == 1
