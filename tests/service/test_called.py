"""Witnesses and interpreters are told when to come, and the clerk knows when they were not reached (CPI 227)."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.docket.models import DocketEntry
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.hearing.courtroom.witnesses import WitnessInput
from odr.hearing.models import Hearing, Witness
from odr.procedure.models import Task
from odr.service.models import Packet, ProofOfService
from odr.service.vocabulary import Channel, PacketState
from tests.peers.smtp import Mood, SmtpPeer
from tests.scene import Scene, open_court
from tests.service.mail_shapes import dsn, plain
from tests.service.test_incoming import deliver, sent_to
from tests.service.test_pages import browser, read

DING = "ding@witness.example"


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path, smtp_peer: SmtpPeer) -> Iterator[Scene]:
    """A case to be heard in the courtroom; the court sends through a mail server that is the recipients' own."""
    database = Database(sqlite_url, synchronous="OFF")
    folder = tmp_path / "mail"
    scene = open_court(
        database,
        clock,
        tmp_path / "court",
        smtp_url=f"smtp+plain://127.0.0.1:{smtp_peer.port}",
        smtp_is_final=True,
        mail_in=str(folder),
    )
    mailbox.Maildir(folder)
    scene.lodge()
    scene.accept("ordinary")
    scene.join()
    scene.work()
    yield scene
    scene.court.ports.service.carriers[Channel.EMAIL].close()
    database.dispose()


def witness(scene: Scene, name: str = "Ding Mei", email: str = DING, manner: str = "live") -> None:
    """Li asks leave to hear somebody, and the judge admits her."""
    more = {} if manner == "live" else {"ground": "distance"}
    asked = WitnessInput.model_validate(
        {"name": name, "email": email, "about": "Saw the delivery.", "manner": manner, **more}
    )
    scene.do("ask_leave_for_witness", "li", asked)
    with scene.court.database.read() as session:
        reference = session.scalars(select(Witness.reference).where(Witness.email == email)).one()
    scene.do("rule_on_witness", "judge", witness=reference, answer="allow", reasons="She saw it.")


def summon(scene: Scene) -> None:
    """The judge opens the hearing, the clerk fixes it for 20 March."""
    scene.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
    scene.do("open_examination", "judge", mode="offline")
    scene.do("summon", "clerk", mode="offline", on="2026-03-20", at="09:30", place="Courtroom 3")
    scene.later(minutes=11)


def calls(scene: Scene) -> list[Packet]:
    """What went to people who are no party."""
    with scene.court.database.read() as session:
        found = list(session.scalars(select(Packet).where(Packet.occasion == "call").order_by(Packet.id)))
        session.expunge_all()
        return found


def letters_to(peer: SmtpPeer, address: str) -> list[str]:
    """Subjects of what an address got."""
    return [str(m.message["Subject"]) for m in peer.messages if m.recipients == (address,)]


def desk(scene: Scene) -> list[str]:
    """What waits for the clerk about somebody who was called."""
    with scene.court.database.read() as session:
        return [
            str(t.subject) for t in session.scalars(select(Task).where(Task.kind == "call_in", Task.done_at.is_(None)))
        ]


@pytest.mark.slow
def test_a_witness_is_told_when_and_where_to_come(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """Who is heard in person gets day, hour, place and role in both languages with a code, and no paper of the case;
    who testifies in writing gets nothing.
    """
    witness(scene)
    witness(scene, "Gu Lin", "gu@witness.example", manner="written")
    summon(scene)
    (packet,) = calls(scene)
    assert (packet.state, packet.documents, packet.recipient_name) == (PacketState.SERVED, [], "Ding Mei")
    (message,) = [m.message for m in smtp_peer.messages if m.recipients == (DING,)]
    body = message.get_body(("plain",))
    assert body is not None
    words = body.get_content().replace("\u00a0", " ")
    for each in ("20 March 2026", "9:30", "Courtroom 3", "witness", "2026年3月20日", "请携带身份证明", packet.code):
        assert each in words, each
    assert "capsules" not in words and "Li Wen" not in words and letters_to(smtp_peer, "gu@witness.example") == []
    assert packet.code in read(browser(scene, "stranger"), f"/check?code={packet.code}")
    with scene.court.database.read() as session:
        assert session.scalar(select(ProofOfService.id).where(ProofOfService.packet_id == packet.id)) is None
        served = [e.payload for e in session.scalars(select(DocketEntry).where(DocketEntry.act == "record_service"))]
    assert not any(packet.reference in payload for payload in served), "a notice is no service of process"


@pytest.mark.slow
def test_who_is_admitted_later_is_told_too_and_of_a_hearing_put_off(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """Admitted after the hearing was fixed she is called all the same; when it is put off she is told not to come, and
    of the new day.
    """
    summon(scene)
    assert calls(scene) == []
    witness(scene)
    scene.later(minutes=11)
    with scene.court.database.read() as session:
        hearing = session.scalars(select(Hearing.reference)).one()
    scene.do(
        "adjourn_hearing", "judge", hearing=hearing, ground="evidence", reasons="The platform's answer is awaited."
    )
    scene.do("summon", "clerk", mode="offline", on="2026-04-03", at="14:00", place="Courtroom 1")
    scene.later(minutes=11)
    subjects = letters_to(smtp_peer, DING)
    # The last two may leave in one round, in either order.
    assert len(subjects) == 3 and "3月20日" in subjects[0]
    (off,) = [subject for subject in subjects[1:] if "勿到庭" in subject]
    (anew,) = [subject for subject in subjects[1:] if subject != off]
    assert "3月20日" in off and "4月3日" in anew


@pytest.mark.slow
def test_the_clerk_knows_whom_a_notice_did_not_reach(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """A box that does not exist is the clerk's: she telephones, finds another address and sends the notice again, which
    then arrives.
    """
    witness(scene)
    smtp_peer.treat(DING, [Mood.NO_SUCH_BOX])
    summon(scene)
    (packet,) = calls(scene)
    assert packet.state is PacketState.NOT_SERVED and len(desk(scene)) == 1
    assert "Ding Mei" in read(browser(scene, "clerk"), "/service-desk")
    today = scene.clock.now().date().isoformat()
    scene.do(
        "record_call",
        "clerk",
        packet=packet.reference,
        number="0571 8888",
        happened_on=today,
        hour="09:00",
        what="spoke",
        words="She will come.",
    )
    assert desk(scene) == []
    scene.do("serve_again", "clerk", packet=packet.reference, email="ding@new.example", source="Told on the telephone")
    scene.later(minutes=11)
    assert letters_to(smtp_peer, "ding@new.example") and calls(scene)[-1].state is PacketState.SERVED
    scene.work()
    assert len(calls(scene)) == 2


@pytest.mark.slow
def test_what_comes_back_from_a_witness_is_read_like_any_other(scene: Scene, smtp_peer: SmtpPeer) -> None:
    """A bounce after arrival takes the arrival back and lies on the clerk's desk; an answer comes onto the docket and
    is read.
    """
    witness(scene)
    summon(scene)
    bounce, reply = sent_to(smtp_peer, DING)
    deliver(scene, bounce, dsn("failed", "5.1.1"))
    scene.work()
    assert calls(scene)[0].state is PacketState.NOT_SERVED and len(desk(scene)) == 1
    deliver(scene, reply, plain("I cannot come", "I am abroad until May."))
    scene.work()
    assert calls(scene)[0].state is PacketState.SERVED and desk(scene) == []
    with scene.court.database.read() as session:
        assert session.scalars(select(Task.id).where(Task.kind == "read_reply", Task.done_at.is_(None))).one()
