"""What grounds no finding, and what grounds none alone (EV 4, 10, 34, 68, 90; CPL 81; CPI 103, 106).

The same rules are asked when something is found and again before the decision is signed: what was sound when it was found
may be excluded since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from odr.docket.models import Case, Role
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.evidence.models import HELD_AGAINST, Category, Exhibit, ExhibitState
from odr.evidence.requests.models import EvidenceRequest, RequestKind, RequestState as AskedState
from odr.evidence.requests.queries import requests_of
from odr.filing.models import Fact, FactAnswer
from odr.ground.text import T, Text
from odr.hearing.appraisal.attendance_rules import calls_of
from odr.hearing.appraisal.models import CallState
from odr.hearing.courtroom.party_questioning.queries import refusals
from odr.hearing.models import Posting, Question, Witness
from odr.hearing.ripeness.basis import held
from odr.hearing.vocabulary import PostingKind, Presence, QuestionState, RequestState, TestimonyManner
from odr.judgment.vocabulary import Basis, Weakness
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Weight:
    """What the file itself says of an exhibit's weight."""

    bar: Text | None = None
    """Why it grounds nothing at all."""
    weak: Weakness | None = None
    """Why it grounds nothing alone."""


def weights(sitting: Sitting, case: Case, exhibits: Sequence[Exhibit]) -> dict[int, Weight]:
    """What the file says of each exhibit: excluded, not ruled on yet, or weak by its kind (EV 90)."""
    asked = requests_of(sitting.session, case)
    refused = {call.appraisal.exhibit_id for call in calls_of(sitting.session, case, CallState.REFUSED)}
    found = {}
    for exhibit in exhibits:
        about = [one for one in asked if one.exhibit_id == exhibit.id]
        found[exhibit.id] = Weight(_bar(exhibit, about, refused=exhibit.id in refused), _weak(exhibit, about))
    return found


def _bar(exhibit: Exhibit, about: list[EvidenceRequest], *, refused: bool) -> Text | None:
    """Why an exhibit grounds nothing, whatever else there is."""
    if refused:
        return T(
            "Exhibit %(label)s is the report of an expert who refused to come: no finding may rest on it. The judge may order another appraisal [CPL 81].",
            label=exhibit.label,
        )
    if exhibit.state is ExhibitState.EXCLUDED:
        unlawful = any(r.kind is RequestKind.EXCLUSION and r.state is AskedState.GRANTED for r in about)
        return (
            T(
                "Exhibit %(label)s was obtained unlawfully and is excluded: no finding may rest on it. The judge rests the finding on something else [CPI 106].",
                label=exhibit.label,
            )
            if unlawful
            else T(
                "Exhibit %(label)s is excluded: no finding may rest on it. The judge rests the finding on something else [CPI 102].",
                label=exhibit.label,
            )
        )
    if any(r.kind is RequestKind.EXCLUSION and r.state is AskedState.OPEN for r in about):
        return T(
            "It is not ruled on yet whether exhibit %(label)s was obtained unlawfully. The judge rules on it first [CPI 106].",
            label=exhibit.label,
        )
    if any(r.kind is RequestKind.LATE and r.state is AskedState.OPEN for r in about):
        return T(
            "It is not ruled on yet whether exhibit %(label)s, which came late, is admitted. The judge rules on it first [CPI 101, 102].",
            label=exhibit.label,
        )
    return None


def _weak(exhibit: Exhibit, about: list[EvidenceRequest]) -> Weakness | None:
    """What the file says by itself: a party's own words, or a copy that was held against its original and does not match or
    could not be compared, or whose original was ordered and never shown.
    """
    if exhibit.category is Category.STATEMENT:
        return Weakness.STATEMENT
    compared = exhibit.provenance.get(HELD_AGAINST)
    if compared is not None:
        return None if compared == "same" else Weakness.COPY
    unshown = (r for r in about if r.kind is RequestKind.ORIGINAL)
    missing = any(r.state is AskedState.NOT_OBEYED or r.finding in ("content", "fact") for r in unshown)
    return Weakness.COPY if missing else None


def testimony_bar(sitting: Sitting, case: Case, witness: Witness | None, label: str) -> Text | None:
    """Why written testimony grounds nothing: its witness neither came nor had leave and reason to stay away (EV 68(3))."""
    if witness is not None and spoke(sitting, case, witness):
        return None
    return T(
        "%(label)s is testimony of a witness who did not come and had no leave to testify otherwise: no finding may rest on it. Name a witness who was heard, or who had leave; a party may ask for it until the hearing ends [EV 68].",
        label=label,
    )


def spoke(sitting: Sitting, case: Case, witness: Witness) -> bool:
    """Whether what a witness says counts: heard by both sides, or otherwise with leave on a ground and after the
    undertaking (CPL 76; EV 68, 71).
    """
    if witness.state is not RequestState.GRANTED:
        return False
    if witness.manner is not TestimonyManner.LIVE and witness.ground is not None:
        return witness.undertaken_by is not None
    said = select(Posting.id).where(Posting.witness_id == witness.id, Posting.kind == PostingKind.TESTIMONY)
    return sitting.session.scalar(said.limit(1)) is not None or any(
        there.name == witness.name and there.role is Role.WITNESS and there.presence is not Presence.ABSENT
        for hearing in held(sitting, case)
        for there in hearing.attendances
    )


@dataclass(frozen=True)
class Rest:
    """One exhibit that a finding on a fact rests on."""

    label: str
    bar: Text | None
    weak: Weakness | None


def basis_faults(
    sitting: Sitting,
    case: Case,
    fact: Fact,
    rests: Sequence[Rest],
    basis: Basis | None,
    witness: Witness | None,
) -> Iterator[tuple[str, Text]]:
    """What is wrong with the ground of a finding that a disputed fact is so: the field it belongs to, and the reason."""
    for rest in rests:
        if rest.bar is not None:
            yield "rests_on", rest.bar
    if basis is not None:
        fault = _otherwise(sitting, case, fact, basis, witness)
        if fault is not None:
            yield "basis", fault
    elif not rests:
        yield (
            "rests_on",
            T(
                "The finding on fact %(number)s rests on nothing: silence alone admits nothing. Name what it rests on, or do not adopt it [EV 4, 10; CPI 105].",
                number=fact.number,
            ),
        )
    if basis is None and len(rests) > 1:
        yield from _only_own_words(sitting, case, fact, rests)
    if basis is None and len(rests) == 1 and rests[0].weak is not None:
        yield (
            "rests_on",
            T(
                "The finding on fact %(number)s rests on %(label)s alone, and no finding may rest on it alone: %(why)s. Name what supports it [EV 90].",
                number=fact.number,
                label=rests[0].label,
                why=rests[0].weak.label,
            ),
        )


def _only_own_words(sitting: Sitting, case: Case, fact: Fact, rests: Sequence[Rest]) -> Iterator[tuple[str, Text]]:
    """What who refused to be questioned in person on their own fact only says themselves does not prove it (CPI 110; EV 66)."""
    refused = [row for row in refusals(sitting.session, case) if fact.id in row.facts and row.party_id == fact.party_id]
    if refused and rests and all(rest.weak is Weakness.STATEMENT for rest in rests):
        yield (
            "rests_on",
            T(
                "%(name)s refused to be questioned in person on fact %(number)s, and nothing but statements of parties supports it: it is not adopted [CPI 110].",
                name=refused[0].person,
                number=fact.number,
            ),
        )


def _other_side_spoke(sitting: Sitting, case: Case, teller_id: int | None) -> bool:
    """Whether somebody who does not stand on the side of who tells a fact came, wrote or answered."""
    teller = case.party_if_any(teller_id)
    others = {p.id for p in parties(case) if teller is None or not same_side(p, teller)}
    came = any(
        there.party_id in others and there.presence is not Presence.ABSENT
        for hearing in held(sitting, case)
        for there in hearing.attendances
    )
    wrote = select(Posting.id).where(Posting.case_id == case.id, Posting.party_id.in_(others))
    answered = select(FactAnswer.id).where(FactAnswer.party_id.in_(others))
    return (
        came
        or any(sitting.session.scalar(one.limit(1)) is not None for one in (wrote, answered))
        or any(
            window.state is WindowState.MET
            for party in parties(case)
            if party.id in others
            for window in sitting.windows(case, "answer", party=party, state=None)
        )
    )


def _others_refused(sitting: Sitting, case: Case, fact: Fact) -> bool:
    """Whether somebody who does not stand on the side of who tells a fact refused to be questioned in person on it."""
    teller = case.party_if_any(fact.party_id)
    return any(
        fact.id in row.facts and (teller is None or not same_side(row.party, teller))
        for row in refusals(sitting.session, case)
    )


def _otherwise(sitting: Sitting, case: Case, fact: Fact, basis: Basis, witness: Witness | None) -> Text | None:
    """Why a ground that is no exhibit is not there."""
    if basis is Basis.SILENCE:
        deemed = select(Question.id).where(
            Question.case_id == case.id,
            Question.state == QuestionState.DEEMED,
            or_(Question.fact_id == fact.id, Question.fact_id.is_(None)),
        )
        if sitting.session.scalar(deemed.limit(1)) is None:
            return T(
                "Nobody was asked about this fact, had the question explained and still said nothing. The judge puts the question, explains it and asks again first [EV 4]."
            )
    if basis is Basis.ADMISSION and not _other_side_spoke(sitting, case, fact.party_id):
        return T("Nobody of the other side has said anything in this case that could admit it [EV 3, 4].")
    if basis is Basis.TESTIMONY and (witness is None or not spoke(sitting, case, witness)):
        return testimony_bar(sitting, case, witness, witness.name if witness is not None else "–")
    if basis is Basis.REFUSED and not _others_refused(sitting, case, fact):
        return T(
            "Nobody whom this fact speaks against refused to be questioned in person about it without a good reason [EV 66]."
        )
    if basis is Basis.WITHHELD and not any(
        r.finding in ("content", "fact") for r in requests_of(sitting.session, case, AskedState.FOUND)
    ):
        return T(
            "It was not found that somebody kept back what they were ordered to produce. The judge finds on it first [EV 48]."
        )
    return None
