"""What a judgment may rest on: a hearing that was held and recorded, or one in writing whose every condition is on record.

CPL 144, 147, 162; CPI 103; OLR 20, 22; EV 60. Each reason names what is missing and who can mend it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import select

from odr.docket.models import DECIDING_ROLES, Case, DocketEntry, Party, Seat
from odr.docket.queries import entries_of, parties
from odr.docket.visibility import same_side
from odr.evidence.exhibits.access import open_since
from odr.evidence.models import Exhibit
from odr.filing.claim.progress import heard_again_by
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing import names
from odr.hearing.models import Examination, Hearing, MergingConsent, Opinion, Phase
from odr.hearing.queries import examination_of, hearings_that_count, written_hearing_of
from odr.hearing.vocabulary import DutyState, HearingState, PhaseState, RequestState
from odr.identity.models import Account
from odr.procedure.rules.court_rules import Invariant

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

INVESTIGATION, DEBATE, FINAL = "investigation", "debate", "final"
STAGES = {INVESTIGATION: T("Investigation"), DEBATE: T("Debate"), FINAL: T("Last words of everybody")}
"""Stages of a hearing, as its record names them (CPL 141, 144)."""
EXHIBITS = "cross_examination"


def held(sitting: Sitting, case: Case) -> list[Hearing]:
    """Hearings at one hour of the examination that stands, that were held and recorded: where the case is heard again,
    what others heard carries nothing (CPL 41; CPI 45).
    """
    every = hearings_that_count(sitting.session, case)
    return [h for h in every if h.state is HearingState.HELD and h.recorded_by]


def without_basis(sitting: Sitting, case: Case, *, whole: bool = True) -> Iterator[Text]:
    """Why no judgment may rest on what was held so far; nothing when one may. ``whole`` for a judgment on everything,
    for which the examination is closed.
    """
    if not sitting.pack(case).keeps(Invariant.HEARING_BEFORE_JUDGMENT):
        return
    examination = examination_of(sitting.session, case)
    if examination is None or (whole and examination.closed_at is None):
        yield T("The examination is not closed yet [CPL 144].")
        return
    yield from missing_stages(sitting, case, examination)


def missing_stages(sitting: Sitting, case: Case, examination: Examination) -> Iterator[Text]:
    """Stages without which no hearing carries a judgment: debate and last words in ordinary procedure, that everybody
    was heard in the others, where form is free (CPL 144, 162, 163).
    """
    hearings, resumed = held(sitting, case), resumed_by(sitting, case)
    absent = {hearing.id: did_not_sit(sitting, case, hearing) for hearing in hearings}
    counted = [hearing for hearing in hearings if not absent[hearing.id]]
    done = {stage for hearing in counted for stage in _stages(sitting, case, examination, hearing)} | set(
        _in_writing(sitting, case, examination)
    )
    if resumed is not None and FINAL in done:
        since = [hearing for hearing in counted if (hearing.recorded_by or 0) > resumed.number]
        said = {stage for hearing in since for stage in hearing.stages}
        said |= set(_in_writing(sitting, case, examination, _again(resumed)))
        done -= {FINAL} - said
    if len(counted) < len(hearings) and not STAGES.keys() <= done:
        for name in sorted({name for those in absent.values() for name in those}):
            yield T(
                "%(name)s did not sit when the hearing was held, and only who has heard decides. Hold a hearing before those who sit now [COL 4].",
                name=name,
            )
        return
    if not done:
        yield T("No hearing was held and recorded, and none in writing was allowed [OLR 20, 22].")
        return
    needed = {FINAL, *_kept(sitting, case)} & STAGES.keys()
    for stage in (s for s in STAGES if s in needed - done):
        yield T(
            "“%(stage)s” is not on record. Hold it in a hearing, and let the record say so [CPL 144, 162].",
            stage=STAGES[stage],
        )


def did_not_sit(sitting: Sitting, case: Case, hearing: Hearing) -> list[str]:
    """Names of those who decide now and did not sit when a hearing was held: for them it counts as not held, since all
    who decide take part in the hearing alike (COL 3, 4). Once the judgment was spoken it is decided: whoever takes a seat after
    that completes its text.
    """
    at = hearing.begun_at or hearing.begins_at
    mine = (Seat.case_id == case.id, Seat.role.in_(DECIDING_ROLES))
    seats = sitting.session.scalars(select(Seat).where(*mine)).all()
    sat = {s.account_id for s in seats if s.from_at <= at and (s.until_at is None or s.until_at > at)}
    spoken = case.pronounced_at if case.pronounced_at is not None and case.pronounced_at >= at else None
    new = {s.account_id for s in seats if s.until_at is None and (spoken is None or s.from_at <= spoken)} - sat
    if not new:
        return []
    return list(sitting.session.scalars(select(Account.name).where(Account.id.in_(new)).order_by(Account.name)))


def _stages(sitting: Sitting, case: Case, examination: Examination, hearing: Hearing) -> list[str]:
    """Stages of one hearing. A debate merged with the investigation is none where somebody has not agreed to it, as who
    came into the case afterwards (CPI 230).
    """
    merged = examination.merged_by is not None and (hearing.recorded_by or 0) > examination.merged_by
    if merged and not_agreed_to_merging(sitting, case):
        return [stage for stage in hearing.stages if stage != DEBATE]
    return hearing.stages


def agreed_to_merging(sitting: Sitting, case: Case) -> set[int]:
    """Parties whose newest word of this instance is that investigation and debate may be heard together (CPI 230)."""
    again = heard_again_by(sitting, case)
    since = again[-1].number if again else 0
    rows = sitting.session.scalars(
        built_once(
            lambda: (
                select(MergingConsent)
                .where(MergingConsent.case_id == case.id, MergingConsent.entry_number > since)
                .order_by(MergingConsent.id)
            )
        )
    )
    newest = {row.party_id: row.agrees for row in rows}
    return {party for party, agrees in newest.items() if agrees}


def not_agreed_to_merging(sitting: Sitting, case: Case) -> list[Party]:
    """Everybody in the case who has not agreed that both are heard together."""
    agreed = agreed_to_merging(sitting, case)
    return [party for party in parties(case) if party.id not in agreed]


def _kept(sitting: Sitting, case: Case) -> set[str]:
    """Phases of the plan that this track never goes without."""
    return {p.key for p in sitting.pack(case).plan_for(case.track.value).phases if case.track.value in p.kept_on}


def resumed_by(sitting: Sitting, case: Case) -> DocketEntry | None:
    """The entry by which the case was heard further, in the examination that stands: what was said before stays, and everybody has
    their last words once more on what came since (CPL 144).
    """
    examination = examination_of(sitting.session, case)
    if examination is None:
        return None
    entries = entries_of(sitting.session, case, names.HEAR_FURTHER)
    return next((one for one in reversed(entries) if one.number > examination.opened_by), None)


def is_needed(sitting: Sitting, case: Case, phase: Phase) -> bool:
    """Whether a phase is the first of its kind, or the last words for which the case was heard further; what was gone through already
    may be left out.
    """
    resumed = resumed_by(sitting, case)
    if resumed is None:
        return phase.round == 1
    return phase.key == FINAL and phase.reference in _again(resumed)


def _again(resumed: DocketEntry) -> Collection[str]:
    """The rounds that were planned when the case was heard further, by their references."""
    return cast(Collection[str], json.loads(resumed.payload)["result"]["again"])


def _in_writing(
    sitting: Sitting, case: Case, examination: Examination, of: Collection[str] | None = None
) -> Iterator[str]:
    """Stages of a hearing that were gone through in writing, where that was allowed; only ``of`` some rounds, by their references."""
    allowed = written_hearing_of(sitting.session, case)
    rules = sitting.pack(case).written_hearings
    if allowed is None or allowed.state is not RequestState.GRANTED or rules is None:
        return
    if case.track.value in rules.tracks:
        # What ended by order before everybody's time was over heard nobody.
        over = (p for p in examination.phases if p.state is PhaseState.CLOSED and p.closed_because != "order")
        yield from (p.key for p in over if p.part == "hearing" and (of is None or p.reference in of))


class Examined:
    """Which exhibits were open to cross-examination by everybody who may oppose them (CPI 103; EV 60, 62)."""

    def __init__(self, sitting: Sitting, case: Case) -> None:
        session = self._session = sitting.session
        self._case = case
        self._held = held(sitting, case)
        examination = examination_of(session, case)
        self._since = examination.opened_by if examination is not None else 0
        opened = {window.reference: window.opened_at for window in sitting.windows(case, state=None)}
        self._turns = [
            (duty.party_id, opened[duty.window])
            for phase in (examination.phases if examination is not None else ())
            for duty in phase.duties
            if phase.key == EXHIBITS
            and phase.state is PhaseState.CLOSED
            and duty.state is not DutyState.ENDED
            and duty.party_id is not None
            and duty.window in opened
        ]

    def examined(self, exhibit: Exhibit, opinions: list[Opinion]) -> bool:
        """Whether everybody on another side could open it, and since then has spoken on it, had a turn of their own, or was
        called to a hearing in which it was shown; of what the court made itself, everybody. Of what is kept from a party
        that party has examined nothing.
        """
        owner = self._case.party_if_any(exhibit.owner_id)
        others = [p for p in parties(self._case) if owner is None or not same_side(p, owner)]
        return bool(others) and all(
            since is not None and self._could_speak(party.id, exhibit, opinions, since)
            for party in others
            for since in [open_since(self._session, self._case, exhibit, party)]
        )

    def _could_speak(self, party_id: int, exhibit: Exhibit, opinions: list[Opinion], since: datetime) -> bool:
        return (
            any(o.party_id == party_id and o.entry_number >= self._since and o.at >= since for o in opinions)
            or any(party == party_id and at >= since for party, at in self._turns)
            or any(
                exhibit.id in h.shown and (h.ended_at or h.begins_at) >= since
                for h in self._held
                if any(s.party_id == party_id for s in h.summonses)
            )
        )
