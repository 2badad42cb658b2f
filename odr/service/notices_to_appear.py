"""Notices to appear, for those who are no party: witnesses, experts and interpreters (CPI 227).

They go the way of every packet, so that they are sent durably, bear a code, and the
clerk knows when one did not arrive. No time limit runs from them and no proof of
service is issued.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, PartyKind, Role
from odr.ground.text import T, Text
from odr.procedure.acts.letter import PaperKind
from odr.procedure.papers.language import language_of
from odr.procedure.time.written_working import text_from_json
from odr.service import desks
from odr.service.models import Called, Packet
from odr.service.packet.packets import Recipient, note_address, queue_packet
from odr.service.vocabulary import Channel, PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CALL = "call"


def call_in(
    sitting: Sitting,
    case: Case,
    *,
    subject: str,
    name: str,
    email: str,
    own: bool,
    title: Text,
    due_at: datetime | None,
) -> Packet:
    """Send somebody a notice whose whole content is its ``title``.

    ``subject`` is the reference of their own row in the room that hears them; ``own`` says
    that the address is that of their account and not merely named by a party.
    """
    who = sitting.session.scalar(select(Called).where(Called.subject == subject))
    if who is None:
        who = Called(case_id=case.id, subject=subject, name=name)
        sitting.session.add(who)
        sitting.session.flush()
    source = "own account" if own else "named in the case"
    note_address(
        sitting.session, party_id=who.key, channel=Channel.EMAIL, value=email, source=source, at=sitting.now, given=own
    )
    return put_out_call(sitting, case, who.key, name, title, entry_number=sitting.next_number(case), due_at=due_at)


def put_out_call(
    sitting: Sitting,
    case: Case,
    key: int,
    name: str,
    title: Text,
    *,
    entry_number: int,
    due_at: datetime | None = None,
    hold: timedelta | None = None,
) -> Packet:
    """The notice itself, to every address known; until its hold ends it can be taken back."""
    hold = timedelta(minutes=sitting.court.settings.hold_minutes) if hold is None else hold
    return queue_packet(
        sitting.session,
        case_id=case.id,
        party_id=key,
        entry_ids=[entry_number],
        title=title,
        first_contact=False,
        now=sitting.now,
        hold_until=sitting.now + hold if hold else None,
        kind=PaperKind.NOTICE,
        recipient=Recipient(name, PartyKind.PERSON, original=language_of(sitting, case)),
        letter=CALL,
        due_at=due_at,
        occasion=CALL,
    )


def follow_call(sitting: Sitting, case: Case, packet: Packet) -> None:
    """What became of a notice: one that did not arrive is the clerk's, who telephones."""
    if packet.docketed_as == packet.state.value:
        return
    if packet.state is PacketState.NOT_SERVED:
        words = T(
            "%(name)s does not know of this: “%(what)s”. Telephone, and record it.",
            name=packet.recipient_name,
            what=text_from_json(packet.title),
        )
        sitting.open_task(
            case, Role.CLERK, desks.CALL_IN, words, risk=50, due_at=packet.due_at, subject=packet.reference
        )
    elif packet.state in (PacketState.SERVED, PacketState.PRESUMED):
        sitting.close_tasks(case, desks.CALL_IN, packet.reference)
    packet.docketed_as = packet.state.value
