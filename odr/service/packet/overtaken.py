"""Papers that something newer has overtaken, such as the summons of a hearing that was moved: they go out no more."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Text
from odr.service import desks
from odr.service.models import Packet
from odr.service.packet.packets import withdraw_packet
from odr.service.queries import packets_of
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SUMMONS = "summons"


def why_overtaken(sitting: Sitting, case: Case, packet: Packet) -> Text | None:
    """Why a paper goes out no more, as a room above says; None for most."""
    at = packet.due_at if packet.is_call else None
    reasons = (tell(sitting, case, number, at) for tell in sitting.court.hooks.overtaken for number in packet.entry_ids)
    return next((reason for reason in reasons if reason is not None), None)


def end_papers(sitting: Sitting, case: Case, number: int, at: datetime) -> None:
    """End what is still on its way of a summons, by its entry, and of the notices to appear at that hour: what is held is
    taken back, what is planned is not tried, and nobody is asked to find another way.
    """
    for packet in packets_of(sitting.session, case, PacketState.HELD, PacketState.OUT, PacketState.NOT_SERVED):
        mine = number in packet.entry_ids
        called = packet.is_call and (packet.due_at == at or (mine and packet.due_at is None))
        if called or (mine and packet.occasion == SUMMONS):
            withdraw_packet(sitting.session, packet, now=sitting.now)
            for desk in (desks.NOT_SERVED, desks.CALL_IN):
                sitting.close_tasks(case, desk, packet.reference)
