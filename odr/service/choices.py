"""Options of the forms of service: packets, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from odr.docket.models import Case
from odr.identity.actors import Actor
from odr.procedure.forms import Option, choice_source
from odr.service.kinds import PacketState
from odr.service.lookups import SERVED_STATES, contested, packet_words, packets_of, why_not_announced
from odr.service.models import Packet


def _options(packets: Iterable[Packet]) -> list[Option]:
    return [Option(p.reference, packet_words(p)) for p in packets]


@choice_source("packet")
def packet(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Every packet of the case, or of the party that asks."""
    return _options(packets_of(court.session, case, party_id=actor.party_id))


@choice_source("packets_of_case")
def packets_of_case(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Every packet of the case."""
    return _options(packets_of(court.session, case))


@choice_source("packets_out")
def packets_out(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Packets of which an outcome can be recorded."""
    return _options(packets_of(court.session, case, PacketState.OUT, PacketState.NOT_SERVED, PacketState.PRESUMED))


@choice_source("packets_failed")
def packets_failed(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Packets that failed every other way."""
    found = packets_of(court.session, case, PacketState.OUT, PacketState.NOT_SERVED)
    return _options(p for p in found if why_not_announced(court.session, p) is None)


@choice_source("packets_held")
def packets_held(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Packets that can still be taken back."""
    return _options(p for p in packets_of(court.session, case, PacketState.HELD) if p.hold_until and p.hold_until > court.now)


@choice_source("packets_served_on_me")
def packets_served_on_me(court: Any, case: Case, actor: Actor) -> list[Option]:
    """What counts as served on the party."""
    return _options(packets_of(court.session, case, *SERVED_STATES, party_id=actor.party_id))


@choice_source("packets_contested")
def packets_contested(court: Any, case: Case, actor: Actor) -> list[Option]:
    """Packets whose service a party contests."""
    return _options(contested(court, case))
