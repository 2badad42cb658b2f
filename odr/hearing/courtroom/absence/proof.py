"""What shows that somebody was called to a hearing in time, and that nothing kept them from it: nothing is held against anybody
who stays away before (CPL 139, 146, 147; CPI 235, 236, 241; OLR 4, 25).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import CourtError
from odr.ground.text import T, Text
from odr.hearing.courtroom.absence.told import EXCUSED, rulings_on
from odr.hearing.mode.consent_effects import stayed_away_rightly
from odr.hearing.models import Hearing, TechnicalFailure
from odr.hearing.ripeness.basis import FINAL, held
from odr.hearing.vocabulary import RequestState
from odr.payments.fee.assessment import pack_track
from odr.procedure.rules.court_rules import Invariant
from odr.procedure.rules.tracks import announcement_allowed
from odr.procedure.time.reckoning import reckon_before
from odr.service.models import Packet, ProofOfService
from odr.service.queries import packets_of
from odr.service.vocabulary import BRIEF, Channel, PacketState, ServiceStatus

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SERVED = {PacketState.SERVED: ServiceStatus.SERVED, PacketState.PRESUMED: ServiceStatus.PRESUMED}
SUMMONS = "summons"


def relied(sitting: Sitting, case: Case) -> Hearing | None:
    """The hearing a decision relies on: the last that was held of those in which everybody was asked for their last words,
    or the last of all.
    """
    every = held(sitting, case)
    return next((h for h in reversed(every) if FINAL in h.stages), every[-1] if every else None)


def stayed_away(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the party did not come to the hearing the decision relies on: the last one, in which the debate ended. To
    join a case once, or to have come once before, is not to be heard in it (CPL 147; CPI 241).
    """
    relied_on = relied(sitting, case)
    if relied_on is None:
        return False
    return not any(a.took_part for a in relied_on.attendances if a.party_id == party.id)


def was_away(hearing: Hearing, party: Party) -> bool:
    """Whether nobody was heard for a party in a hearing: nobody came, they left without leave, or came without their guardian. A
    party of whom the record says nothing was not away from it.
    """
    mine = [a for a in hearing.attendances if a.party_id == party.id]
    return bool(mine) and not any(a.took_part for a in mine)


def does_not_count(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> list[Text]:
    """Every reason why being away from a hearing is not held against a party: called to a video they had not agreed to, not
    called in time, kept away by a failure. Empty where the summons is proven and nothing kept them.
    """
    not_agreed = stayed_away_rightly(sitting, case, hearing, party)
    return [
        *([] if not_agreed is None else [not_agreed]),
        *summons_reasons(sitting, case, hearing, party),
        *absence_reasons(sitting, case, hearing, party),
    ]


def packets_for(sitting: Sitting, case: Case, party: Party, *occasions: str) -> list[Packet]:
    """What was sent to a party on one of these occasions, the latest first."""
    every = packets_of(sitting.session, case)
    return [one for one in reversed(every) if one.party_id == party.id and one.occasion in occasions]


def packet_reasons(sitting: Sitting, case: Case, packet: Packet, party: Party, what: Text) -> Iterator[Text]:
    """Why one packet is no proven service."""
    match packet.state:
        case PacketState.HELD:
            yield T("%(what)s has not been sent yet: it lies in the short hold.", what=what)
        case PacketState.OUT:
            yield T("%(what)s is under way; nothing shows yet that it reached %(party)s.", what=what, party=party.name)
        case PacketState.NOT_SERVED:
            yield T("%(what)s was not served on %(party)s by any means tried.", what=what, party=party.name)
        case PacketState.UNDONE:
            yield T("The sending of %(what)s was taken back.", what=what)
        case _:
            yield from _proof_reasons(sitting, case, packet, what)


def _proof_reasons(sitting: Sitting, case: Case, packet: Packet, what: Text) -> Iterator[Text]:
    """Why the proof of a concluded packet does not carry."""
    proof = sitting.session.scalars(
        select(ProofOfService).where(ProofOfService.packet_id == packet.id).order_by(ProofOfService.ordinal.desc())
    ).first()
    if proof is None:
        yield T("There is no proof of service of %(what)s.", what=what)
        return
    if proof.conclusion is not SERVED[packet.state]:
        yield T(
            "The latest proof of service, %(number)s, concludes otherwise: %(conclusion)s.",
            number=proof.number,
            conclusion=proof.conclusion.label,
        )
    if sha256_hex(canonical(proof.reasoning)) != proof.reasoning_digest:
        yield T("The reasoning of proof %(number)s does not match its digest.", number=proof.number)
    if proof.effective_at is None or packet.effective_at is None:
        yield T("Proof %(number)s names no day of service.", number=proof.number)
    elif proof.effective_at != packet.effective_at:
        yield T("Proof %(number)s names another day of service than the record.", number=proof.number)
    elif proof.effective_at > sitting.now:
        yield T("Service of %(what)s takes effect only on %(day)s.", what=what, day=proof.effective_at)
    if packet.docketed_as != packet.state.value:
        yield T("The service of %(what)s does not stand on the docket.", what=what)
    yield from _channel_reasons(sitting, case, proof, what)


def _channel_reasons(sitting: Sitting, case: Case, proof: ProofOfService, what: Text) -> Iterator[Text]:
    if proof.channel is None:
        yield T("Proof %(number)s names no way of service.", number=proof.number)
    elif proof.channel in BRIEF:
        yield T("A text message is a notice and no service of %(what)s [OLR 32].", what=what)
    elif proof.channel is Channel.ANNOUNCEMENT:
        track = pack_track(sitting.pack(case), case)
        if track is None or not announcement_allowed(sitting.pack(case), track):
            yield T("Service by announcement is not open to this procedure [CPI 140].")


def called_at(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> datetime | None:
    """When the summons to a hearing reached a party; None where nothing shows it."""
    called = next((s for s in hearing.summonses if s.party_id == party.id), None)
    sent = [
        p for p in packets_for(sitting, case, party, SUMMONS) if called is not None and called.sent_by in p.entry_ids
    ]
    return sent[-1].effective_at if sent else None


def summons_reasons(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Iterator[Text]:
    """Why it is not proven that a party was called to a hearing in time."""
    called = next((s for s in hearing.summonses if s.party_id == party.id), None)
    if called is None:
        yield T("%(party)s was not summoned to the hearing.", party=party.name)
        return
    packets = [p for p in packets_for(sitting, case, party, SUMMONS) if called.sent_by in p.entry_ids]
    if not packets:
        yield T("The summons was never put on its way to %(party)s.", party=party.name)
        return
    faults = list(packet_reasons(sitting, case, packets[-1], party, T("The summons")))
    yield from faults
    at = packets[-1].effective_at
    if faults or at is None:
        return
    latest = _latest_summons(sitting, case, hearing.begins_at)
    if at > latest or at >= hearing.begins_at:
        yield T(
            "The summons reached %(party)s on %(at)s, too late for the hearing of %(hearing)s.",
            party=party.name,
            at=at,
            hearing=hearing.begins_at,
        )


def _latest_summons(sitting: Sitting, case: Case, begins_at: datetime) -> datetime:
    """The last instant at which a summons is in time; at least before the hearing begins."""
    pack = sitting.pack(case)
    try:
        return min(begins_at, reckon_before(pack, "summons", begins_at, track=pack_track(pack, case)).due_at)
    except CourtError:
        # A track without a fixed time still needs the summons before the hearing.
        return begins_at


def absence_reasons(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Iterator[Text]:
    """Why being away from a hearing is no absence: the record is silent, a failure kept the party away, or the judge found a good
    reason for it.
    """
    if any(r.hearing == hearing.reference and r.answer == EXCUSED for r in rulings_on(sitting.session, case, party)):
        yield T(
            "The judge found that %(party)s had a good reason for not coming to the hearing of %(at)s: fix another [CPL 149].",
            party=party.name,
            at=hearing.begins_at,
        )
    noted = [a for a in hearing.attendances if a.party_id == party.id]
    if not noted:
        yield T("The record of the hearing does not say whether %(party)s was there.", party=party.name)
    if not sitting.pack(case).keeps(Invariant.NO_ABSENCE_BY_FAILURE):
        return
    if any(a.by_failure for a in noted):
        yield T(
            "%(party)s was kept away by a failure of network, equipment or power: that does not count as an absence [OLR 25].",
            party=party.name,
        )
    failures = sitting.session.scalars(
        select(TechnicalFailure).where(TechnicalFailure.case_id == case.id, TechnicalFailure.party_id == party.id)
    ).all()
    if any(f.state is RequestState.ASKED for f in failures):
        yield T("A failure that %(party)s reported is not decided yet.", party=party.name)
    # The roll was written before the judge ruled, and nothing is changed in it: what was accepted since the summons counts.
    if any(f.state is RequestState.GRANTED and f.entry_number > hearing.summoned_by for f in failures):
        yield T(
            "The judge accepted that a technical failure kept %(party)s from taking part: that does not count as an absence. Fix another hearing [OLR 25].",
            party=party.name,
        )
