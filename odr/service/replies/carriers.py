"""What carriers report later, signed with the key of each: stored once, in any order, and the conclusion drawn."""

from __future__ import annotations

import enum
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.service.channels.messenger import MessengerReport, read_message_report
from odr.service.channels.seller import SellerReceipt, read_platforms, read_receipt
from odr.service.channels.sms import SmsReport, read_report
from odr.service.models import Packet, ServiceAttempt, ServiceFact
from odr.service.packet.acts import follow_packet
from odr.service.packet.packets import record_fact
from odr.service.vocabulary import Channel

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

SMS = "sms"
MOST_BYTES = 65_536


class Taken(enum.Enum):
    """What became of a report."""

    NEW = "new"
    KNOWN = "known"
    FORGED = "forged"  # not signed with the key of who is said to send it, or not understood
    NOBODYS = "nobodys"  # about no message of the court's


def take_receipt(court: Court, provider: str, body: bytes, signature: str, at: str = "") -> Taken:
    """Take a report of the text gateway, of an accredited platform or of a messenger, whose signature covers its time
    ``at``.
    """
    read = _read(court, provider, body, signature, at)
    if read is None:
        return Taken.FORGED
    channel = _CHANNEL[type(read)]
    with court.sit() as sitting:
        reference, _, number = read.reference.rpartition("-")
        if not number.isdecimal() or len(number) > 18:
            return Taken.NOBODYS
        query = select(ServiceAttempt).join(Packet, Packet.id == ServiceAttempt.packet_id)
        attempt = sitting.session.scalar(
            query.where(
                ServiceAttempt.id == int(number), Packet.reference == reference, ServiceAttempt.channel == channel
            )
        )
        if attempt is None or (channel is not Channel.SMS and not _of_platform(attempt, provider)):
            return Taken.NOBODYS
        if sitting.session.scalar(select(ServiceFact.id).where(ServiceFact.event_id == read.event_id)) is not None:
            return Taken.KNOWN
        case = sitting.session.get_one(Case, sitting.session.get_one(Packet, attempt.packet_id).case_id)
        sitting.follow(case, partial(_enter, sitting, case, attempt, read))
        return Taken.NEW


def _of_platform(attempt: ServiceAttempt, provider: str) -> bool:
    """A platform reports on its own messages only."""
    return attempt.address is not None and attempt.address.value.startswith(f"{provider}:")


Report = SmsReport | SellerReceipt | MessengerReport
_CHANNEL = {SmsReport: Channel.SMS, SellerReceipt: Channel.SELLER_INBOX, MessengerReport: Channel.MESSENGER}


def _read(court: Court, provider: str, body: bytes, signature: str, at: str) -> Report | None:
    settings = court.settings
    if provider == SMS:
        return read_report(body, signature, settings.sms_report_key.encode())
    service = read_platforms(settings.messengers, "messengers").get(provider)
    if service is not None:
        return read_message_report(body, at, signature, service, court.clock.machine_now())
    platform = read_platforms(settings.seller_inboxes).get(provider)
    return read_receipt(body, signature, platform) if platform is not None else None


def _enter(sitting: Sitting, case: Case, attempt: ServiceAttempt, read: Report) -> None:
    packet = sitting.session.get_one(Packet, attempt.packet_id)
    # A carrier's clock may run ahead of the court's: nothing happened later than it was reported.
    record_fact(
        sitting.session,
        packet_id=packet.id,
        attempt_id=attempt.id,
        kind=read.kind,
        at=min(read.at, sitting.now),
        recorded_at=sitting.now,
        event_id=read.event_id,
    )
    follow_packet(sitting, case, packet)
