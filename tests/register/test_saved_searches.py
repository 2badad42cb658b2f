"""A search by e-mail without an account: confirmed from the mailbox, told once a day, ended by one click, and empty of what
was withdrawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from odr.app import create_app
from odr.identity.accounts.outbox import send_letters
from odr.operations.worker import work_once
from odr.register.publication.models import PublicationState
from odr.register.search import keeping
from odr.register.search.saved.models import SavedSearch
from odr.register.search.saved.telling import AGAIN, EVERY, MOST_FAILED, MOST_OF_ONE, code_to_stop, tell_due
from odr.service.channels.email import Mailer
from odr.service.sending.ports import AccountMail
from tests.judgment.bench import Bench
from tests.peers.smtp import Mood, SmtpPeer
from tests.register.laid_decisions import lay, record, text
from tests.service.conftest import mail_settings

READER = "reader@press.example"


@pytest.fixture
def posted(bench: Bench, smtp_peer: SmtpPeer) -> Iterator[tuple[Bench, SmtpPeer, FlaskClient]]:
    """A court with one published decision, a mail server, and somebody without an account."""
    lay(bench.court, bench.case_id, text(1, "本院认为，被告应当退还货款。"))
    keeping.keep_index(bench.court)
    mailer = Mailer(mail_settings(smtp_peer.port))
    bench.court.ports.mail = AccountMail(mailer, bench.court.clock)
    yield bench, smtp_peer, create_app(court=bench.court).test_client()
    mailer.close()


def send(stranger: FlaskClient, path: str, **given: str) -> int:
    """Send the form of a page."""
    page = stranger.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    return stranger.post(path, data={**given, "csrf_token": found[1] if found else ""}).status_code


def words(letter: EmailMessage) -> str:
    """What a letter says."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def rows(bench: Bench) -> list[SavedSearch]:
    """Every saved search."""
    with bench.court.database.read() as session:
        return list(session.scalars(select(SavedSearch).order_by(SavedSearch.id)))


def asked(posted: tuple[Bench, SmtpPeer, FlaskClient], query: str = "q=退还货款") -> str:
    """Somebody asks; the code that came by mail."""
    bench, peer, stranger = posted
    assert send(stranger, f"/decisions/save?{query}", email=READER) == 200
    send_letters(bench.court)
    letter = peer.messages[-1].message
    assert letter["List-Unsubscribe"] is None
    body = words(letter)
    assert "://" not in body
    found = re.search(r"(?:[2-9A-Z]{4}-){4}[2-9A-Z]{4}", body)
    assert found is not None, body
    return found[0]


def confirmed(posted: tuple[Bench, SmtpPeer, FlaskClient], query: str = "q=退还货款") -> SavedSearch:
    """Somebody asks and confirms."""
    code = asked(posted, query)
    assert send(posted[2], f"/decisions/saved/{code}") == 200
    return rows(posted[0])[-1]


def published_later(bench: Bench, number: int, words: str = "本院认为，应当退还货款。") -> str:
    """A further decision is published, and the index knows it."""
    address = lay(bench.court, bench.case_id, text(number, words))
    keeping.keep_index(bench.court)
    return address


def a_day(bench: Bench) -> int:
    """A day passes; how many letters were taken."""
    bench.clock.advance(timedelta(days=1, minutes=1))
    return tell_due(bench.court)


def test_nothing_is_sent_before_the_mailbox_confirms(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """Opening the page confirms nothing; without the button no letter comes, and after three days all is forgotten."""
    bench, peer, stranger = posted
    code = asked(posted)
    page = stranger.get(f"/decisions/saved/{code}")
    assert page.status_code == 200 and "退还货款" in page.text
    published_later(bench, 2)
    assert [a_day(bench) for _ in range(4)] == [0, 0, 0, 0]
    assert len(peer.messages) == 1
    assert rows(bench) == []
    assert stranger.get(f"/decisions/saved/{code}").status_code == 404


def test_a_confirmed_search_is_told_what_is_new_once_a_day(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """Only what was published after and fits; nothing twice, and no empty letter. No link stands in it."""
    bench, peer, _ = posted
    confirmed(posted)
    assert a_day(bench) == 0
    published_later(bench, 2)
    published_later(bench, 3, "驳回全部诉讼请求。")
    assert tell_due(bench.court) == 0, "at most once a day"
    assert a_day(bench) == 1
    body = words(peer.messages[-1].message)
    assert "民初2号" in body and "民初1号" not in body and "民初3号" not in body
    assert "://" not in body
    assert a_day(bench) == 0
    assert work_once(bench.court)["saved searches"] == 0


def test_what_was_withdrawn_is_in_no_letter_that_waits(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """A mail server that is away keeps a letter waiting; a decision withdrawn meanwhile vanishes from it, and so does one
    of which the index does not know yet that it went.
    """
    bench, peer, _ = posted
    confirmed(posted)
    gone, stays = published_later(bench, 2), published_later(bench, 3)
    peer.script(Mood.LATER)
    assert a_day(bench) == 0
    assert rows(bench)[0].failed == 1
    record(bench.court, gone, PublicationState.WITHDRAWN)
    bench.clock.advance(timedelta(hours=2))
    assert tell_due(bench.court) == 0, "the index is behind: nothing is written"
    keeping.keep_index(bench.court)
    bench.clock.advance(timedelta(hours=2))
    assert tell_due(bench.court) == 1
    body = words(peer.messages[-1].message)
    assert "民初3号" in body and "民初2号" not in body and stays
    assert rows(bench)[0].failed == 0


def test_one_click_ends_it(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """The mail program posts to the address of the header, from no page of ours (RFC 8058); the mailbox is forgotten."""
    bench, peer, stranger = posted
    confirmed(posted)
    published_later(bench, 2)
    assert a_day(bench) == 1
    letter = peer.messages[-1].message
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter["List-Unsubscribe"].strip("<>").removeprefix(bench.court.settings.base_url.rstrip("/"))
    assert stranger.get(address).status_code == 200 and len(rows(bench)) == 1
    posted_by_program = stranger.post(
        address, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"}
    )
    assert posted_by_program.status_code == 200
    assert rows(bench) == []
    assert stranger.post(address).status_code == 200, "ended twice is ended"
    published_later(bench, 3)
    assert a_day(bench) == 0
    assert stranger.post("/decisions/saved/stop/2222-2222-2222-2222-2222").status_code == 404


def test_the_code_in_the_letter_ends_it_too(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """Typed on the start page it leads to the page with the button; it is the same in each letter."""
    bench, _, stranger = posted
    row = confirmed(posted)
    code = code_to_stop(bench.court.settings, row)
    led = stranger.post("/check", data={"code": code}) if False else stranger.get(f"/decisions/saved/stop/{code}")
    assert led.status_code == 200
    assert stranger.post(f"/decisions/saved/stop/{code}").status_code == 200
    assert rows(bench) == []


def test_a_mailbox_that_takes_nothing_is_left_alone(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """An address that does not exist ends the search at once; a server that is always away after thirty tries."""
    bench, peer, _ = posted
    confirmed(posted)
    published_later(bench, 2)
    peer.script(Mood.NO_SUCH_BOX)
    assert a_day(bench) == 0
    assert rows(bench) == []
    confirmed(posted)
    published_later(bench, 3)
    peer.treat(READER, [Mood.LATER] * MOST_FAILED)
    assert sum(a_day(bench) for _ in range(MOST_FAILED)) == 0
    assert rows(bench) == []


def test_a_mail_server_that_is_away_for_days_ends_no_search(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """The court's own may be down over the holidays: what came meanwhile is told when it is back."""
    bench, peer, _ = posted
    confirmed(posted)
    published_later(bench, 2)
    peer.treat(READER, [Mood.LATER] * 200)
    a_day(bench)
    for _ in range(5 * 24):
        bench.clock.advance(timedelta(hours=1, minutes=1))
        tell_due(bench.court)
    assert len(rows(bench)) == 1
    peer.treat(READER, [])
    assert a_day(bench) == 1


def test_one_mailbox_has_a_bounded_number(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """Twenty searches; who asks says nothing about the mailbox, its owner is told when confirming."""
    bench, _, stranger = posted
    confirmed(posted)
    with bench.court.database.write() as session:
        for number in range(MOST_OF_ONE - 1):
            session.add(
                SavedSearch(
                    email=READER,
                    locale="en",
                    asked=[["q", str(number)]],
                    asked_at=bench.clock.now(),
                    confirmed_at=bench.clock.now(),
                )
            )
    code = asked(posted, "q=one more")
    assert send(stranger, f"/decisions/saved/{code}") == 409
    with bench.court.database.read() as session:
        count = select(func.count()).where(SavedSearch.confirmed_at.is_not(None))
        assert session.scalar(count) == MOST_OF_ONE


def test_nobody_writes_to_a_strangers_mailbox_through_the_court(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """The letter that asks for confirmation has no word of whoever asked; its reader sees the search with the code."""
    _, peer, stranger = posted
    code = asked(posted, "q=call+us+on+12345678&court=your+account+is+blocked")
    letter = peer.messages[-1].message
    assert "12345678" not in words(letter) + str(letter["Subject"]) and "blocked" not in words(letter)
    assert "12345678" in stranger.get(f"/decisions/saved/{code}").text


def test_a_search_is_told_in_words(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """What narrows a search down stands on its pages in the words of the list, never as a program writes it."""
    page = posted[2].get("/decisions/save?q=退还货款&cause=online_shopping&year=2026").text
    assert "退还货款; Kind of case: Online shopping contract; Year decided: 2026" in page
    assert "<strong>" in page and "online_shopping</strong>" not in page


def test_what_fits_behind_many_others_is_not_a_day_late_for_each_of_them(
    posted: tuple[Bench, SmtpPeer, FlaskClient],
) -> None:
    """Of more new records than one look takes in, the next are looked at in an hour where nothing fitted."""
    bench, _, _ = posted
    confirmed(posted, "q=返还押金")
    for number in range(2, 5):
        published_later(bench, number)
    bench.clock.advance(timedelta(days=1, minutes=1))
    assert tell_due(bench.court, most_new=2) == 0
    [row] = rows(bench)
    assert row.tell_at is not None and row.tell_at - bench.clock.now() == AGAIN
    bench.clock.advance(AGAIN)
    assert tell_due(bench.court, most_new=2) == 0
    [row] = rows(bench)
    assert row.tell_at is not None and row.tell_at - bench.clock.now() == EVERY


@pytest.mark.parametrize(("query", "given"), [("q=a", "nobody"), ("q=a", ""), ('q="', READER), ("from=x&q=(", READER)])
def test_what_cannot_be_saved_is_said(posted: tuple[Bench, SmtpPeer, FlaskClient], query: str, given: str) -> None:
    """An address that is none, and a question that cannot be read."""
    bench, _, stranger = posted
    assert send(stranger, f"/decisions/save?{query}", email=given) == 422
    assert rows(bench) == []


def test_letters_to_one_mailbox_are_limited(posted: tuple[Bench, SmtpPeer, FlaskClient]) -> None:
    """Nobody fills somebody else's mailbox: the sixth asking of an hour waits."""
    _, _, stranger = posted
    answers = [send(stranger, f"/decisions/save?q={n}", email=READER) for n in range(6)]
    assert answers == [200, 200, 200, 200, 200, 429]
