"""What the tests of service share: ports towards a mail server on loopback and a way to queue packets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from odr.docket.models import PartyKind
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.ground.text import T
from odr.procedure.acts.letter import PaperKind
from odr.service.channels.email import EmailSettings, Mailer, Tls
from odr.service.channels.folder import Folder
from odr.service.channels.own_inbox import PlatformInbox
from odr.service.models import Packet
from odr.service.packet.packets import Recipient, note_address, queue_packet, record_consent
from odr.service.sending.dispatch import ServicePorts
from odr.service.sending.letters import Letterhead
from odr.service.sending.return_address import ReturnPath
from odr.service.vocabulary import Channel, ConsentWay, PacketState
from tests.peers.smtp import SmtpPeer

ZONE = ZoneInfo("Asia/Shanghai")
PATHS = ReturnPath("court.example", b"k" * 32)
HEAD = Letterhead(T("Internet Court"), "court.example", "12368", T("1 Court Road"), "12348")
PAPER = {"reference": "doc1", "name": "claim.pdf", "media_type": "application/pdf", "sha256": "0" * 64}
PAPER_BYTES = b"%PDF-1.7\n" + bytes(range(256))


def mail_settings(port: int, **changes: object) -> EmailSettings:
    """Settings towards a server on loopback; impatient."""
    settings = EmailSettings(
        "127.0.0.1",
        port,
        "service@court.example",
        "Internet Court",
        PATHS,
        tls=Tls.NONE,
        timeout=0.5,
        deadline=1.0,
        smtp_is_final=True,
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


BOTH_ENGINES = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
"""For what locks, claims or queues: the rest of the room is the same on both engines."""


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database with the court's tables: SQLite unless the test says ``BOTH_ENGINES``."""
    engine = getattr(request, "param", "sqlite")
    url: str = request.getfixturevalue("sqlite_url" if engine == "sqlite" else "postgres_court_url")
    return url


@pytest.fixture
def mailer(smtp_peer: SmtpPeer) -> Iterator[Mailer]:
    """A mailer towards the scripted server."""
    mailer = Mailer(mail_settings(smtp_peer.port))
    yield mailer
    mailer.close()


@pytest.fixture
def ports(mailer: Mailer, database: Database, tmp_path: Path) -> ServicePorts:
    """Mail by SMTP, inbox in the database, the rest in a folder."""
    folder = Folder(tmp_path / "out", reaches=False)
    return ServicePorts(
        {Channel.EMAIL: mailer, Channel.PLATFORM: PlatformInbox(database), Channel.SMS: folder, Channel.POST: folder},
        HEAD,
        lambda reference: PAPER_BYTES,
        ZONE,
        threads=4,
    )


Queue = Callable[..., int]


@pytest.fixture
def queue(database: Database, clock: FixedClock) -> Queue:
    """Queues a packet for a party with one e-mail address, given with consent unless said otherwise; gives its id."""

    def put(
        party_id: int = 1,
        *,
        email: str | None = "wang@example.com",
        given: bool = True,
        consent: bool = True,
        first_contact: bool = False,
        post: str | None = None,
        sms: str | None = None,
        hold_until: datetime | None = None,
        kind: PaperKind = PaperKind.PLEADING,
        locale: str = "en",
        name: str = "Wang Li",
    ) -> int:
        now = clock.now()
        with database.write() as session:
            if email:
                note_address(
                    session,
                    party_id=party_id,
                    channel=Channel.EMAIL,
                    value=email,
                    source="pleading",
                    at=now,
                    given=given,
                )
            if post:
                note_address(
                    session, party_id=party_id, channel=Channel.POST, value=post, source="pleading", at=now, given=given
                )
            if sms:
                note_address(
                    session, party_id=party_id, channel=Channel.SMS, value=sms, source="pleading", at=now, given=given
                )
            if consent:
                record_consent(session, case_id=1, party_id=party_id, way=ConsentWay.EXPRESS, scope=PaperKind, at=now)
            packet = queue_packet(
                session,
                case_id=1,
                party_id=party_id,
                entry_ids=[1],
                title=T("Claim in case %(n)s", n="4471"),
                first_contact=first_contact,
                now=now,
                hold_until=hold_until,
                documents=[PAPER],
                kind=kind,
                recipient=Recipient(name, locale=locale, original=locale),
            )
            return packet.id

    return put


def packet_of(database: Database, packet_id: int) -> Packet:
    """A packet with its attempts, facts, detached."""
    with database.read() as session:
        packet = session.get_one(Packet, packet_id)
        _ = packet.attempts, packet.facts
        for attempt in packet.attempts:
            _ = attempt.address
        session.expunge_all()
        return packet


def packet_row(queued_at: datetime, **more: Any) -> dict[str, Any]:
    """Columns of a packet that was served, for whoever lays very many at once."""
    return {
        "reference": new_reference(),
        "code": new_reference()[:20],
        "case_id": 1,
        "party_id": 1,
        "entry_ids": [],
        "documents": [],
        "kind": PaperKind.NOTICE,
        "occasion": "notice",
        "title": {},
        "letter": "notice",
        "recipient_name": "x",
        "recipient_kind": PartyKind.PERSON,
        "locale": "en",
        "abroad": False,
        "first_contact": False,
        "queued_at": queued_at,
        "state": PacketState.SERVED,
        **more,
    }
