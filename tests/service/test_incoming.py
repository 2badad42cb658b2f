"""Mail that comes back: out through a real mail server, back through the Maildir, onto the docket."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.docket.models import Audience, DocketEntry, Document
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.service.models import ServiceAttempt, ServiceFact, ServiceTask
from odr.service.replies.mailbox import UNKNOWN, count_unknown, take_mail
from odr.service.vocabulary import AttemptState, Channel, FactKind
from tests.peers.smtp import SmtpPeer
from tests.scene import Scene, open_court
from tests.service.mail_shapes import dsn, plain
from tests.service.test_pages import browser, read, send


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, smtp_peer: SmtpPeer) -> Scene:
    """A court that sends through a mail server on loopback and reads a Maildir; the claim has gone out."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = open_court(
        database,
        clock,
        tmp_path / "court",
        smtp_url=f"smtp+plain://127.0.0.1:{smtp_peer.port}",
        mail_in=str(tmp_path / "mail"),
    )
    mailbox.Maildir(tmp_path / "mail")
    scene.lodge()
    scene.accept()
    scene.work()
    return scene


def deliver(scene: Scene, to: str, raw: bytes) -> None:
    """The mail server lays a message into the Maildir, with the envelope's address on top."""
    mailbox.Maildir(scene.court.settings.mail_in).add(f"Delivered-To: {to}\n".encode() + raw)


def sent_to(peer: SmtpPeer, address: str) -> tuple[str, str]:
    """Envelope sender and Reply-To of what went to an address."""
    found = next(m for m in peer.messages if m.recipients == (address,))
    return found.sender, str(found.message["Reply-To"])


def kinds(scene: Scene) -> list[FactKind]:
    with scene.court.database.read() as session:
        return [
            f.kind
            for f in session.scalars(
                select(ServiceFact).where(ServiceFact.channel == Channel.EMAIL).order_by(ServiceFact.id)
            )
        ]


def test_a_bounce_and_an_answer_come_back_by_themselves(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """The worker takes a bounce as a fact and an answer as an entry with the whole message, each once; both stand on
    the desk.
    """
    bounce_to, reply_to = sent_to(smtp_peer, "post@haiyun.example")
    deliver(scene, bounce_to, dsn("failed", "5.1.1", diagnostic="smtp; 550 5.1.1 User unknown"))
    deliver(scene, reply_to, plain("Re: the court has a document", "We have it. Haiyun, legal department."))
    deliver(scene, reply_to, plain("Re: the court has a document", "We have it. Haiyun, legal department."))
    assert scene.work()["mail"] == 3
    assert FactKind.BOUNCED in kinds(scene)
    assert kinds(scene).count(FactKind.REPLIED) == 1
    with scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.act == "record_reply")).one()
        assert "legal department" in entry.payload
        assert entry.audience is Audience.COURT
        letter = session.scalars(select(Document).where(Document.kind == "incoming_mail")).one()
        assert b"legal department" in letter.content
        assert letter.receipt is not None
        assert (
            session.scalars(select(ServiceAttempt).where(ServiceAttempt.state == AttemptState.BOUNCED)).first()
            is not None
        )
        task = session.scalars(
            select(ServiceTask).where(ServiceTask.closed_at.is_(None), ServiceTask.reason == "reply")
        ).one()
    desk = browser(scene, "clerk")
    assert "Answers by e-mail: 1" in read(desk, "/service-desk")
    assert (
        browser(scene, "li")
        .get(f"/cases/{scene.case().reference}/papers/{letter.reference}", base_url="http://court.test")
        .status_code
        == 404
    )
    assert send(desk, "/service-desk", f"/service-desk/answers/{task.id}")[0] == 303
    assert "Answers by e-mail" not in read(desk, "/service-desk")
    assert scene.work()["mail"] == 0


def test_a_forged_bounce_is_moved_aside(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """Without a seal of the court's, or for an attempt that never was, a message changes nothing and is counted; a
    cut-off one too.
    """
    before = kinds(scene)
    bounce_to, _ = sent_to(smtp_peer, "post@haiyun.example")
    forged = bounce_to.replace(bounce_to.split(".")[2][:4], "aaaa", 1)
    for to, raw in (
        (forged, dsn("failed", "5.1.1")),
        ("court@court.example", plain("hello", "x")),
        ("", b"\xff\xfe\x00"),
    ):
        deliver(scene, to, raw)
    taken = take_mail(scene.court, Path(scene.court.settings.mail_in))
    assert (taken.facts, taken.unknown) == (0, 3)
    assert kinds(scene) == before
    assert (
        count_unknown(scene.court) == len(list((Path(scene.court.settings.mail_in) / UNKNOWN / "cur").iterdir())) == 3
    )
    assert "3 messages came back" in read(browser(scene, "clerk"), "/service-desk")


def test_a_worker_killed_before_moving_a_message_takes_it_once(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """The same message read again is recognised: one fact, one entry."""
    _, reply_to = sent_to(smtp_peer, "post@haiyun.example")
    raw = plain("Re: letter", "Received.")
    deliver(scene, reply_to, raw)
    maildir = Path(scene.court.settings.mail_in)
    (path,) = (maildir / "new").iterdir()
    kept = path.read_bytes()
    assert take_mail(scene.court, maildir).facts == 1
    path.write_bytes(kept)
    assert take_mail(scene.court, maildir).known == 1
    with scene.court.database.read() as session:
        assert len(session.scalars(select(DocketEntry).where(DocketEntry.act == "record_reply")).all()) == 1
