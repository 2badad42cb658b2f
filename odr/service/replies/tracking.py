"""The post's tracking list, line by line onto the packets it is about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.text import T
from odr.service.channels.post import Tracked, TrackingFault, read_tracking
from odr.service.models import Packet, ServiceAttempt, ServiceFact
from odr.service.packet.acts import follow_packet
from odr.service.packet.packets import record_fact
from odr.service.vocabulary import Channel

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Imported:
    """What came of a list: lines taken, lines known already, lines that were wrong and why."""

    taken: int
    known: int
    faults: tuple[TrackingFault, ...]


def import_tracking(court: Court, content: bytes, account_id: int) -> Imported:
    """Take a tracking list. A line is recorded once however often the list is sent; each packet is concluded at once."""
    lines, faults = read_tracking(content)
    taken = known = 0
    for line in lines:
        with court.sit() as sitting:
            attempt = _attempt(sitting.session, line.reference)
            if attempt is None or line.at > sitting.now:
                words = (
                    T("No letter has the reference %(reference)s.", reference=line.reference[:60])
                    if attempt is None
                    else T("This lies in the future.")
                )
                faults.append(TrackingFault(0, words))
                continue
            if sitting.session.scalar(select(ServiceFact.id).where(ServiceFact.event_id == line.event_id)) is not None:
                known += 1
                continue
            packet = sitting.session.get_one(Packet, attempt.packet_id)
            case = sitting.session.get_one(Case, packet.case_id)
            sitting.follow(case, partial(_take, sitting, case, packet, attempt, line, account_id))
            taken += 1
    return Imported(taken, known, tuple(faults))


def _take(
    sitting: Sitting, case: Case, packet: Packet, attempt: ServiceAttempt, line: Tracked, account_id: int
) -> None:
    record_fact(
        sitting.session,
        packet_id=packet.id,
        attempt_id=attempt.id,
        channel=Channel.POST,
        kind=line.kind,
        at=line.at,
        recorded_at=sitting.now,
        event_id=line.event_id,
        signer=line.signer,
        words=line.words or None,
        account_id=account_id,
    )
    follow_packet(sitting, case, packet)


def _attempt(session: Session, reference: str) -> ServiceAttempt | None:
    """The attempt a slip's reference names: the packet's reference and the attempt's number."""
    packet_reference, _, number = reference.rpartition("-")
    if not number.isdecimal() or len(number) > 18:
        return None
    query = select(ServiceAttempt).join(Packet, Packet.id == ServiceAttempt.packet_id)
    return session.scalar(
        query.where(
            ServiceAttempt.id == int(number),
            Packet.reference == packet_reference,
            ServiceAttempt.channel == Channel.POST,
        )
    )
