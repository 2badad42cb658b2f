"""The gate before a decision in default: proven service, a summons that arrived, a hearing that was held and recorded.

CPL 147; CPI 227, 241, 261. A respondent who never appeared, or did not come to
what was heard, is decided against only when nothing below stands in the way. Every reason is said; none is
weighed against another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party, Role
from odr.docket.queries import entries_of, parties
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import CourtError
from odr.ground.text import T, Text
from odr.hearing.mode.consent_effects import stayed_away_rightly
from odr.hearing.models import Hearing, TechnicalFailure
from odr.hearing.queries import hearings_of
from odr.hearing.ripeness.basis import FINAL, held
from odr.hearing.vocabulary import HearingState, Mode, Presence, RequestState
from odr.judgment import names
from odr.payments.fee.assessment import pack_track
from odr.procedure.models import WindowState
from odr.procedure.rules.court_rules import Invariant
from odr.procedure.rules.tracks import announcement_allowed
from odr.procedure.time.reckoning import reckon_before
from odr.service.models import Packet, ProofOfService
from odr.service.queries import packets_of
from odr.service.vocabulary import BRIEF, Channel, PacketState, ServiceStatus

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SERVED = {PacketState.SERVED: ServiceStatus.SERVED, PacketState.PRESUMED: ServiceStatus.PRESUMED}
CLAIM, SUMMONS = "claim", "summons"


def has_appeared(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the party ever took part: joined, was represented, or did anything in the case."""
    if party.joined_at is not None or party.account_id is not None:
        return True
    if (
        sitting.session.scalar(
            select(DocketEntry.id).where(DocketEntry.case_id == case.id, DocketEntry.party_id == party.id).limit(1)
        )
        is not None
    ):
        return True
    held = sitting.session.scalars(
        select(Hearing).where(Hearing.case_id == case.id, Hearing.state == HearingState.HELD)
    )
    return any(a.party_id == party.id and a.presence is not Presence.ABSENT for h in held for a in h.attendances)


def stayed_away(sitting: Sitting, case: Case, party: Party) -> bool:
    """Whether the party did not come to the hearing the decision relies on: the last one, in which the debate ended. To
    join a case once, or to have come once before, is not to be heard in it (CPL 147; CPI 241).
    """
    relied_on = relied(sitting, case)
    if relied_on is None:
        return False
    return all(a.presence is Presence.ABSENT for a in relied_on.attendances if a.party_id == party.id)


def relied(sitting: Sitting, case: Case) -> Hearing | None:
    """The hearing a decision relies on: the last that was held of those in which everybody was asked for their last words,
    or the last of all.
    """
    every = held(sitting, case)
    return next((h for h in reversed(every) if FINAL in h.stages), every[-1] if every else None)


def defaulting(sitting: Sitting, case: Case) -> list[Party]:
    """Respondents against whom a decision is one in default: who never appeared, and who stayed away from what was heard."""
    return [
        p for p in parties(case, Role.RESPONDENT) if not has_appeared(sitting, case, p) or stayed_away(sitting, case, p)
    ]


def not_heard(sitting: Sitting, case: Case) -> Iterator[tuple[Party, Text]]:
    """Claimants and third parties who did not come to the hearing the decision relies on, with every reason why it is not held
    against them: not summoned in time, kept away by a failure, called to a video they had not agreed to. Whoever is decided
    upon unheard for that has the judgment set aside as a respondent has (CPL 146, 177(1)(4), 211(10); CPI 236, 240).
    """
    relied_on = relied(sitting, case)
    if relied_on is None or Invariant.NO_DEFAULT_UNSERVED not in sitting.pack(case).invariants.on:
        return
    noted = {a.party_id for a in relied_on.attendances if a.presence is Presence.ABSENT}
    came = {a.party_id for a in relied_on.attendances if a.presence is not Presence.ABSENT}
    for party in parties(case):
        if party.role is Role.RESPONDENT or party.id not in noted - came:
            continue
        not_agreed = stayed_away_rightly(sitting, case, relied_on, party)
        reasons = [
            *([] if not_agreed is None else [not_agreed]),
            *_summons_reasons(sitting, case, relied_on, party),
            *_absence_reasons(sitting, case, relied_on, party),
        ]
        yield from ((party, reason) for reason in reasons)


def absence_does_not_count(sitting: Sitting, case: Case, party: Party) -> list[Text]:
    """Every reason why a party did not stay away, in law, from the hearing in which the debate ended; empty where they did (CPL 146; CPI 404)."""
    relied_on = relied(sitting, case)
    if relied_on is None or not any(a.party_id == party.id for a in relied_on.attendances):
        return [T("No hearing was held to which %(party)s was called.", party=party.name)]
    if not stayed_away(sitting, case, party):
        return [T("%(party)s came to the hearing.", party=party.name)]
    not_agreed = stayed_away_rightly(sitting, case, relied_on, party)
    return [
        *([] if not_agreed is None else [not_agreed]),
        *_summons_reasons(sitting, case, relied_on, party),
        *_absence_reasons(sitting, case, relied_on, party),
    ]


def default_gate(sitting: Sitting, case: Case, respondent: Party) -> list[Text]:
    """Every reason why nothing may be decided against ``respondent`` in default; empty when it may."""
    rules = sitting.pack(case).invariants.on
    if Invariant.NO_DEFAULT_UNSERVED not in rules and Invariant.DEFAULT_ON_REQUEST not in rules:
        return []
    reasons = list(_claim_reasons(sitting, case, respondent))
    if Invariant.NO_DEFAULT_UNSERVED in rules:
        reasons += _hearing_reasons(sitting, case, respondent)
    if Invariant.DEFAULT_ON_REQUEST in rules and not _was_requested(sitting, case, respondent):
        reasons.append(T("The claimant has not asked for a decision in default."))
    if case.stayed_at is not None:
        reasons.append(T("The case is stayed and its time limits are halted."))
    return reasons


def _was_requested(sitting: Sitting, case: Case, respondent: Party) -> bool:
    return any(
        f'"respondent":"{respondent.label}"' in e.payload
        for e in entries_of(sitting.session, case, names.ASK_FOR_DEFAULT)
    )


def _packets(sitting: Sitting, case: Case, party: Party, occasion: str) -> list[Packet]:
    every = packets_of(sitting.session, case)
    return [one for one in reversed(every) if one.party_id == party.id and one.occasion == occasion]


def _claim_reasons(sitting: Sitting, case: Case, party: Party) -> Iterator[Text]:
    packets = _packets(sitting, case, party, CLAIM)
    if not packets:
        yield T("The claim was never put on its way to %(party)s.", party=party.name)
        return
    reasons = [list(_packet_reasons(sitting, case, packet, party, T("The claim"))) for packet in packets]
    if all(reasons):
        # One good service is enough; of several bad ones the latest explains best.
        yield from reasons[-1]
        return
    yield from _answer_reasons(sitting, case, party)


def _packet_reasons(sitting: Sitting, case: Case, packet: Packet, party: Party, what: Text) -> Iterator[Text]:
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


def _answer_reasons(sitting: Sitting, case: Case, party: Party) -> Iterator[Text]:
    windows = sitting.windows(case, "answer", party=party, state=None)
    if not windows:
        yield T("The time for %(party)s to answer has not started.", party=party.name)
    elif windows[-1].state is WindowState.OPEN:
        yield T("The time for %(party)s to answer still runs.", party=party.name)
    elif windows[-1].state is WindowState.HALTED:
        yield T("The time for %(party)s to answer is halted.", party=party.name)


def _hearing_reasons(sitting: Sitting, case: Case, party: Party) -> list[Text]:
    """Why no hearing yet carries a decision in default; empty when one does."""
    relied_on = relied(sitting, case)
    hearings = [relied_on] if relied_on is not None else hearings_of(sitting.session, case)
    if not hearings:
        return [T("No hearing was held. Somebody who never appeared has not agreed to a hearing in writing.")]
    reasons = [list(_one_hearing(sitting, case, hearing, party)) for hearing in hearings]
    return [] if not all(reasons) else reasons[-1]


def _one_hearing(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Iterator[Text]:
    if hearing.mode is Mode.ASYNCHRONOUS:
        yield T("A hearing in writing needs the agreement of everybody who is decided against.")
    not_agreed = stayed_away_rightly(sitting, case, hearing, party)
    if not_agreed is not None:
        yield not_agreed
    if hearing.state in (HearingState.ADJOURNED, HearingState.CALLED_OFF):
        yield T("The hearing of %(at)s was put off.", at=hearing.begins_at)
        return
    if hearing.state is not HearingState.HELD or hearing.begun_at is None or hearing.ended_at is None:
        yield T("The hearing of %(at)s was not held.", at=hearing.begins_at)
        return
    if hearing.recorded_by is None or (not hearing.minutes and hearing.minutes_sha256 is None):
        yield T("There is no record of the hearing of %(at)s.", at=hearing.begins_at)
    answers = [w for w in sitting.windows(case, "answer", party=party, state=None) if w.state is not WindowState.ENDED]
    if answers and hearing.begins_at < answers[-1].opened_at:
        yield T(
            "The hearing of %(at)s was held before %(party)s was served with the claim.",
            at=hearing.begins_at,
            party=party.name,
        )
    yield from _summons_reasons(sitting, case, hearing, party)
    yield from _absence_reasons(sitting, case, hearing, party)


def _summons_reasons(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Iterator[Text]:
    called = next((s for s in hearing.summonses if s.party_id == party.id), None)
    if called is None:
        yield T("%(party)s was not summoned to the hearing.", party=party.name)
        return
    packets = [p for p in _packets(sitting, case, party, SUMMONS) if called.sent_by in p.entry_ids]
    if not packets:
        yield T("The summons was never put on its way to %(party)s.", party=party.name)
        return
    faults = list(_packet_reasons(sitting, case, packets[-1], party, T("The summons")))
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


def _absence_reasons(sitting: Sitting, case: Case, hearing: Hearing, party: Party) -> Iterator[Text]:
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
