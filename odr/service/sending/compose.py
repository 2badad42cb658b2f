"""From an attempt to the message that goes out: letter, language, and whether the papers may ride along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from odr.ground.text import T
from odr.procedure.time.written_working import text_from_json
from odr.service.channels import Attachment, Dispatch
from odr.service.sending.letters import Letterhead, write_letter
from odr.service.vocabulary import AddressClass, Channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from odr.service.models import ServiceAttempt


@dataclass(frozen=True)
class Composed:
    """A message without its papers yet; fetching those may be slow and happens outside the database."""

    dispatch: Dispatch
    takes_papers: bool

    def with_papers(self, attachments: Sequence[Attachment]) -> Dispatch:
        """The message with its papers."""
        return replace(self.dispatch, attachments=tuple(attachments))


def compose(attempt: ServiceAttempt, letterhead: Letterhead, *, at: datetime, zone: ZoneInfo) -> Composed:
    """The message of an attempt. Papers ride along by post, in the own inbox, and to an address its owner gave.

    To an address that is merely attributed goes a notice with a code and nothing of the case:
    somebody else may be reading there.
    """
    packet, address = attempt.packet, attempt.address
    standing = address.standing if address is not None else AddressClass.ATTRIBUTED
    # Whoever is called must learn to what; the notice says no more of the case than that.
    named = standing is AddressClass.GIVEN or attempt.channel in (Channel.POST, Channel.PLATFORM) or packet.is_call
    subject = text_from_json(packet.title) if named else T("The court has a document for you")
    # An end at midnight still belongs to the day before.
    due_on = None if packet.due_at is None else (packet.due_at - timedelta(microseconds=1)).astimezone(zone).date()
    by_sms = attempt.channel is Channel.SMS
    letter = write_letter(
        "text_message" if by_sms else packet.letter,
        packet.locale,
        subject=subject,
        both=(packet.first_contact or packet.is_call) and not by_sms,
        head=letterhead,
        code=packet.code,
        recipient=packet.recipient_name if named else "",
        kind=packet.kind.label,
        sent_at=at,
        what_next=text_from_json(packet.what_next) if packet.what_next and named else None,
        papers=[d["name"] for d in packet.documents] if named else [],
        due_on=due_on,
        reckoned=text_from_json(packet.reckoned) if packet.reckoned and due_on is None else None,
        named=named,
    )
    takes_papers = attempt.channel is Channel.POST or (
        attempt.channel in (Channel.EMAIL, Channel.SELLER_INBOX) and standing is AddressClass.GIVEN
    )
    dispatch = Dispatch(
        attempt_id=attempt.id,
        packet_id=packet.id,
        party_id=packet.party_id,
        reference=f"{packet.reference}-{attempt.id}",
        channel=attempt.channel,
        address=address.value if address is not None else "",
        standing=standing,
        recipient_name=packet.recipient_name if named else "",
        locale=packet.locale,
        code=packet.code,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        at=at,
    )
    return Composed(dispatch, takes_papers)
