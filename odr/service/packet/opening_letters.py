"""Opening a letter in the inbox: what a page and a program do alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.service.channels.own_inbox import open_item
from odr.service.models import InboxItem, Packet
from odr.service.packet.acts import follow_packet

if TYPE_CHECKING:
    from odr.procedure.court import Court


def read_letter(court: Court, case_id: int, item_id: int, account_id: int) -> None:
    """Record a letter as read, once, at the first time; what follows for the packet comes onto the docket."""
    with court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id)

        def read() -> None:
            row = sitting.session.get_one(InboxItem, item_id)
            open_item(sitting.session, row, account_id=account_id, now=sitting.now)
            follow_packet(sitting, case, sitting.session.get_one(Packet, row.packet_id))

        sitting.follow(case, read)
