"""Options of the forms of service: packets, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.identity.actors import Actor
from odr.procedure.forms import Option, choice_source
from odr.procedure.working import text_from_json
from odr.service.acts_abroad import silent, unserved_abroad
from odr.service.kinds import AbroadStep, PacketState
from odr.service.lookups import SERVED_STATES, abroad_of, contested, packet_words, packets_of, why_not_announced
from odr.service.models import Packet, ServiceAbroad
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def _options(packets: Iterable[Packet]) -> list[Option]:
    return [Option(p.reference, packet_words(p)) for p in packets]


@choice_source("packet")
def packet(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every packet of the case, or of the party that asks."""
    return _options(packets_of(sitting.session, case, party_id=actor.party_id))


@choice_source("packets_of_case")
def packets_of_case(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Every packet of the case."""
    return _options(packets_of(sitting.session, case))


@choice_source("packets_out")
def packets_out(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets of which an outcome can be recorded."""
    return _options(packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED, PacketState.PRESUMED))


@choice_source("packets_failed")
def packets_failed(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets that failed every other way."""
    found = packets_of(sitting.session, case, PacketState.OUT, PacketState.NOT_SERVED)
    return _options(p for p in found if why_not_announced(sitting.session, p) is None)


@choice_source("packets_held")
def packets_held(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets that can still be taken back."""
    return _options(
        p for p in packets_of(sitting.session, case, PacketState.HELD) if p.hold_until and p.hold_until > sitting.now
    )


@choice_source("packets_served_on_me")
def packets_served_on_me(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What counts as served on the party."""
    return _options(packets_of(sitting.session, case, *SERVED_STATES, party_id=actor.party_id))


@choice_source("packets_contested")
def packets_contested(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Packets whose service a party contests."""
    return _options(contested(sitting, case))


@choice_source("service_parties")
def service_parties(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the case who can be served."""
    return [Option(p.reference, p.name, p.role.label) for p in case.parties if p.left_at is None]


@choice_source("states_abroad")
def states_abroad(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """States of the pack's table."""
    rules = sitting.pack(case).abroad
    return [Option(code, state.title) for code, state in rules.states.items()] if rules is not None else []


@choice_source("packets_abroad")
def packets_abroad(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Papers that can be sent abroad."""
    return _options(unserved_abroad(sitting, case))


def _abroad(sitting: Sitting, case: Case, step: AbroadStep) -> list[Option]:
    return [_abroad_option(sitting, row) for row in abroad_of(sitting.session, case) if row.step is step]


def _abroad_option(sitting: Sitting, row: ServiceAbroad) -> Option:
    packet = sitting.session.get_one(Packet, row.packet_id)
    words = T("%(what)s, to %(party)s", what=text_from_json(packet.title), party=packet.recipient_name)
    return Option(row.reference, words, row.method.label)


@choice_source("abroad_translating")
def abroad_translating(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait for a translation."""
    return _abroad(sitting, case, AbroadStep.TRANSLATION)


@choice_source("abroad_letter")
def abroad_letter(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait for the letter of request."""
    return _abroad(sitting, case, AbroadStep.LETTER)


@choice_source("abroad_ready")
def abroad_ready(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait to be forwarded."""
    return _abroad(sitting, case, AbroadStep.READY)


@choice_source("abroad_forwarded")
def abroad_forwarded(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Services abroad that wait for an answer."""
    return _abroad(sitting, case, AbroadStep.FORWARDED)


@choice_source("abroad_silent")
def abroad_silent(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Papers posted abroad on which the judge has to find."""
    return [_abroad_option(sitting, row) for row in silent(sitting, case)]
