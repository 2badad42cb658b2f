"""Whether anything follows for somebody whom a letter did not reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.docket.queries import entry
from odr.service.models import Packet

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def is_for_information(sitting: Sitting, case: Case, packet: Packet) -> bool:
    """Whether every act a packet tells of says that its letter is for information alone, and nothing in it has a day or a sum.

    What brings somebody into the case first, or begins their time, is served until it is.
    """
    if packet.first_contact or packet.is_call or packet.due_at or packet.limit_kind or packet.amount_minor:
        return False
    told = [entry(sitting.session, case, number) for number in packet.entry_ids]
    acts = [sitting.court.table.get(one.act) if one is not None else None for one in told]
    return bool(acts) and all(act is not None and act.letter is not None and act.letter.for_information for act in acts)
