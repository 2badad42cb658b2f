"""Options of the forms of service: packets, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source
from odr.service.models import Packet
from odr.service.queries import packets_of, told_of
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def packet_words(packet: Packet) -> Text:
    """A packet in one line: what, to whom, where it stands."""
    return T(
        "%(what)s, to %(party)s (%(state)s)",
        what=told_of(packet),
        party=packet.recipient_name,
        state=packet.state.label,
    )


def packet_options(packets: Iterable[Packet]) -> list[Option]:
    return [Option(p.reference, packet_words(p)) for p in packets]


@choice_source("packet")
def packet(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every packet of the case, or of the party that asks."""
    return packet_options(packets_of(sitting.session, case, party_id=actor.party_id))


@choice_source("packets_out")
def packets_out(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets of which an outcome can be recorded."""
    return packet_options(
        packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED, PacketState.PRESUMED)
    )


@choice_source("service_parties")
def service_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case who can be served."""
    return [Option(p.reference, p.name, case.role_words(p)) for p in case.parties if p.left_at is None]
