"""Mail that comes back to the court: a Maildir that the mail server fills and the worker reads.

A message is taken in, then moved: killed between the two, the worker reads it again and
recognises it. What carries no seal of the court's is moved aside, believed by nobody.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Audience, Case
from odr.ground.canonical import sha256_hex
from odr.ground.db import new_reference
from odr.ground.silence import outward
from odr.ground.text import T, words_of
from odr.procedure.papers.frame import keep_document
from odr.service import names
from odr.service.inputs import ReplyInput
from odr.service.models import Packet, ServiceAttempt, ServiceFact
from odr.service.packet.acts import follow_packet
from odr.service.packet.packets import record_fact
from odr.service.replies.bounces import MAX_BYTES, Incoming, envelope_addresses, plain_words, read_incoming, subject_of
from odr.service.sending.ports import return_path
from odr.service.vocabulary import FactKind

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.service.mail")
REPLY = "incoming_mail"
UNKNOWN = ".Unknown"


@dataclass(frozen=True)
class Taken:
    """What one round made of the mail that lay there."""

    facts: int = 0
    known: int = 0
    unknown: int = 0


@outward
def read_mail(court: Court, limit: int = 64) -> int:
    """The worker's sweep: take in what lies in the Maildir; gives how many messages were moved."""
    if not court.settings.mail_in:
        return 0
    taken = take_mail(court, Path(court.settings.mail_in), limit)
    return taken.facts + taken.known + taken.unknown


def take_mail(court: Court, maildir: Path, limit: int = 64) -> Taken:
    """Take in up to ``limit`` messages, the oldest first. One that cannot be read stays where it is and stops no other."""
    waiting = (
        sorted((maildir / "new").glob("*"), key=lambda path: path.name)[:limit] if (maildir / "new").is_dir() else []
    )
    counts = {"facts": 0, "known": 0, "unknown": 0}
    for path in waiting:
        try:
            counts[_take(court, maildir, path)] += 1
        except OSError:
            log.exception("a message could not be read or moved; it stays")
    return Taken(**counts)


def _take(court: Court, maildir: Path, path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    incoming = read_sealed(raw, court)
    result = "unknown" if incoming is None else _record(court, incoming, raw)
    _move(path, maildir / (UNKNOWN if result == "unknown" else ".") / "cur" / f"{path.name.partition(':')[0]}:2,S")
    return result


def read_sealed(raw: bytes, court: Court) -> Incoming | None:
    """The message understood, by the first envelope address that carries the court's seal."""
    paths = return_path(court.settings)
    found = (read_incoming(raw, address, paths) for address in [*envelope_addresses(raw), ""])
    return next((one for one in found if one is not None), None)


def _move(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    os.replace(path, to)


def _record(court: Court, incoming: Incoming, raw: bytes) -> str:
    with court.sit() as sitting:
        attempt = sitting.session.get(ServiceAttempt, incoming.attempt_id)
        packet = sitting.session.get(Packet, attempt.packet_id) if attempt is not None else None
        case = sitting.session.get(Case, packet.case_id) if packet is not None else None
        if packet is None or case is None:
            return "unknown"
        if sitting.session.scalar(select(ServiceFact.id).where(ServiceFact.event_id == incoming.event_id)) is not None:
            return "known"
        sitting.follow(case, partial(_enter, sitting, case, packet, incoming, raw))
        return "facts"


def _enter(sitting: Sitting, case: Case, packet: Packet, incoming: Incoming, raw: bytes) -> None:
    """The fact, its conclusion, and for a person's answer an entry with the whole message."""
    record_fact(
        sitting.session,
        packet_id=packet.id,
        attempt_id=incoming.attempt_id,
        kind=incoming.kind,
        at=sitting.now,
        recorded_at=sitting.now,
        event_id=incoming.event_id,
        words=incoming.words,
        raw=raw,
    )
    if incoming.kind is FactKind.REPLIED:
        title = words_of(T("Answer by e-mail"))
        document = keep_document(
            sitting,
            case,
            raw,
            new_reference(),
            kind=REPLY,
            title=title,
            locale="both",
            audience=Audience.COURT,
            media_type="message/rfc822",
        )
        given = ReplyInput(
            packet=packet.reference,
            subject=subject_of(raw)[:300],
            text=plain_words(raw)[:4000],
            document=document.reference,
            sha256=sha256_hex(raw),
        )
        sitting.then(names.RECORD_REPLY, given)
    follow_packet(sitting, case, packet)


def count_unknown(court: Court) -> int:
    """Messages that were moved aside: a figure of the desk."""
    folder = Path(court.settings.mail_in) / UNKNOWN / "cur" if court.settings.mail_in else None
    return sum(1 for _ in folder.glob("*")) if folder is not None and folder.is_dir() else 0
