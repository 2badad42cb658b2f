"""Durable dispatches a second against raw ``smtplib``: the same messages to the same server, which runs in a process of
its own.
"""

from __future__ import annotations

import smtplib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bench.frame import PAIRS, Ratio, compare, timed
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.text import T
from odr.procedure.acts.letter import PaperKind
from odr.service.channels.email import EmailSettings, Mailer, Tls, build_message, destination
from odr.service.models import ServiceAttempt
from odr.service.packet.packets import Recipient, note_address, queue_packet, record_consent
from odr.service.sending.compose import compose
from odr.service.sending.dispatch import ServicePorts, dispatch_due
from odr.service.sending.letters import Letterhead
from odr.service.sending.return_address import ReturnPath
from odr.service.vocabulary import AttemptState, Channel, ConsentWay
from tests.conftest import MORNING

MESSAGES = 512
"""A working day's round of the worker: it claims and records in groups."""
PAPER = b"%PDF-1.7\n" + bytes(range(256)) * 40
SINK = """
import asyncio, sys
from aiosmtpd.smtp import SMTP
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Queued"
async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), hostname="sink.example", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""


@contextmanager
def sink() -> Iterator[int]:
    """A mail server that takes everything, in its own process; gives its port."""
    process = subprocess.Popen([sys.executable, "-c", SINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def mail(port: int) -> EmailSettings:
    """As a court behind its own mail server: no TLS on loopback, DKIM left to that server on both sides of the
    comparison.
    """
    return EmailSettings(
        "127.0.0.1",
        port,
        "service@court.example",
        "Internet Court",
        ReturnPath("court.example", b"k" * 32),
        tls=Tls.NONE,
        smtp_is_final=True,
    )


def queue(database: Database, clock: FixedClock, count: int, first: int) -> None:
    """Packets for ``count`` parties who consented, each with its own address."""
    paper = {"reference": "doc1", "name": "answer.pdf", "media_type": "application/pdf", "sha256": "0" * 64}
    with database.write() as session:
        for party in range(first, first + count):
            note_address(
                session,
                party_id=party,
                channel=Channel.EMAIL,
                value=f"p{party}@example.com",
                source="pleading",
                at=clock.now(),
                given=True,
            )
            record_consent(
                session, case_id=party, party_id=party, way=ConsentWay.EXPRESS, scope=PaperKind, at=clock.now()
            )
            queue_packet(
                session,
                case_id=party,
                party_id=party,
                entry_ids=[1],
                title=T("Answer to the claim"),
                first_contact=False,
                now=clock.now(),
                documents=[paper],
                kind=PaperKind.PLEADING,
                recipient=Recipient("Wang Li", locale="en", original="en"),
            )


def ports(mailer: Mailer) -> ServicePorts:
    """Mail only."""
    head = Letterhead(T("Internet Court"), "court.example", "12368", T("1 Court Road"))
    return ServicePorts({Channel.EMAIL: mailer}, head, lambda reference: PAPER, ZoneInfo("Asia/Shanghai"))


def raw_messages(
    database: Database, service: ServicePorts, settings: EmailSettings, clock: FixedClock
) -> list[tuple[str, str, bytes]]:
    """The very bytes the court sends, ready made."""
    from odr.service.channels import Attachment

    made = []
    with database.read() as session:
        for attempt in session.scalars(select(ServiceAttempt).order_by(ServiceAttempt.id).limit(MESSAGES)):
            told = compose(attempt, service.letterhead, at=clock.now(), zone=service.zone).with_papers(
                [Attachment("answer.pdf", "application/pdf", PAPER)]
            )
            to = destination(told.address)
            made.append(
                (settings.return_path.bounce_address(attempt.id), to.address, build_message(settings, told, to))
            )
    return made


def send_raw(port: int, messages: list[tuple[str, str, bytes]]) -> None:
    """One connection, one message after another."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="court.example") as smtp:
        for sender, to, content in messages:
            smtp.sendmail(sender, [to], content)


def dispatches(database: Database, port: int) -> Ratio:
    """What is claimed, sent and recorded a second, over what smtplib sends."""
    clock, settings = FixedClock(MORNING), mail(port)
    mailer = Mailer(settings)
    service = ports(mailer)
    parties = iter(range(1, 10**9, MESSAGES))

    def durable() -> float:
        queue(database, clock, MESSAGES, next(parties))
        clock.advance(timedelta(minutes=1))
        taken = timed(lambda: dispatch_due(service, database, clock, limit=MESSAGES))
        with database.read() as session:
            left = session.scalar(
                select(func.count()).select_from(ServiceAttempt).where(ServiceAttempt.state != AttemptState.SENT)
            )
        assert not left, f"{left} were not sent"
        return MESSAGES / taken

    durable()
    messages = raw_messages(database, service, settings, clock)
    ratio = compare(
        "durable dispatches a second",
        ("claimed, sent, recorded", durable),
        ("raw smtplib", lambda: MESSAGES / timed(lambda: send_raw(port, messages))),
        limit=0.5,
        at_least=True,
        pairs=PAIRS,
    )
    mailer.close()
    ratio.notes.append(
        f"{MESSAGES} messages of {len(messages[0][2])} bytes each, SQLite with synchronous=FULL, {threading.active_count()} threads left"
    )
    return ratio


def run() -> list[Ratio]:
    """Every figure of this module."""
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        url = f"sqlite:///{Path(folder) / 'court.sqlite'}"
        migrate.upgrade(url)
        database = Database(url)
        try:
            return [dispatches(database, port)]
        finally:
            database.dispose()


if __name__ == "__main__":
    sys.exit(0 if all(ratio.holds for ratio in run()) else 1)
