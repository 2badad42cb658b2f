"""The gate before a decision in default: proven service, a summons that arrived, a hearing that was held and recorded.

CPL 147; CPI 227, 241, 261. A respondent who never appeared, or did not come to
what was heard, is decided against only when nothing below stands in the way. Every reason is said; none is
weighed against another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party, Role
from odr.docket.queries import entries_of, parties
from odr.filing import names as filing_names
from odr.ground.text import T, Text
from odr.hearing.courtroom.absence.proof import (
    absence_reasons,
    does_not_count,
    packet_reasons,
    packets_for,
    relied,
    stayed_away,
    summons_reasons,
    was_away,
)
from odr.hearing.mode.consent_effects import stayed_away_rightly
from odr.hearing.models import Hearing
from odr.hearing.queries import hearings_of
from odr.hearing.vocabulary import HearingState, Mode, Presence
from odr.judgment import names
from odr.procedure.models import WindowState
from odr.procedure.rules.court_rules import Invariant

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CLAIM = ("claim", filing_names.OPEN_SEVERED_CASE, filing_names.OPEN_CASE_GOING_ON)
"""With what a claim reaches whom it is against: the letter that serves it, or the one that opens a case of its own for it."""


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
    for party in parties(case):
        if party.role is not Role.RESPONDENT and was_away(relied_on, party):
            yield from ((party, reason) for reason in does_not_count(sitting, case, relied_on, party))


def absence_does_not_count(sitting: Sitting, case: Case, party: Party) -> list[Text]:
    """Every reason why a party did not stay away, in law, from the hearing in which the debate ended; empty where they did (CPL 146; CPI 404)."""
    relied_on = relied(sitting, case)
    if relied_on is None or not any(a.party_id == party.id for a in relied_on.attendances):
        return [T("No hearing was held to which %(party)s was called.", party=party.name)]
    if not stayed_away(sitting, case, party):
        return [T("%(party)s came to the hearing.", party=party.name)]
    return does_not_count(sitting, case, relied_on, party)


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


def _claim_reasons(sitting: Sitting, case: Case, party: Party) -> Iterator[Text]:
    packets = packets_for(sitting, case, party, *CLAIM)
    if not packets:
        yield T("The claim was never put on its way to %(party)s.", party=party.name)
        return
    reasons = [list(packet_reasons(sitting, case, packet, party, T("The claim"))) for packet in packets]
    if all(reasons):
        # One good service is enough; of several bad ones the latest explains best.
        yield from reasons[-1]
        return
    yield from _answer_reasons(sitting, case, party)


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
    yield from summons_reasons(sitting, case, hearing, party)
    yield from absence_reasons(sitting, case, hearing, party)
