"""Preservation of evidence: asked for in a case or before a claim, recorded, and brought into the case that follows
(CPL 84; CPI 98; EV 25-29).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.docket.visibility import side_and_court
from odr.evidence.exhibits.adding import add_exhibit, is_late
from odr.evidence.inputs import FactNumbers
from odr.evidence.models import Category, Exhibit
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.models import Motion, Preservation
from odr.judgment.preservation.choices import preservation_options
from odr.judgment.preservation.inputs import BeforeClaimEvidenceInput, EvidenceToPreserve
from odr.judgment.preservation.measures import SECURED, apply_before_claim, apply_for, carried_out, rulings_on
from odr.judgment.preservation.models import EvidencePreservation
from odr.judgment.preservation.queries import evidence_to_preserve, preservation_named, preservations_of
from odr.judgment.vocabulary import EvidenceMeasure, MotionKind, PreservationState
from odr.procedure.acts.events import EvidenceMoved
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CATEGORIES = {
    EvidenceMeasure.SOUND: Category.AUDIOVISUAL,
    EvidenceMeasure.FILM: Category.AUDIOVISUAL,
    EvidenceMeasure.INSPECT: Category.INSPECTION,
    EvidenceMeasure.APPRAISE: Category.OPINION,
}

TRIED = {Stage.LODGED, Stage.RETURNED, Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}


def _motion(sitting: Sitting, case: Case, me: Party, given: EvidenceToPreserve, urgent: bool) -> Motion:
    grounds = f"{given.grounds}\n{given.security}" if given.security else given.grounds
    return Motion(
        case_id=case.id,
        party_id=me.id,
        kind=MotionKind.EVIDENCE_PRESERVATION,
        asks=given.asks,
        grounds=grounds,
        urgent=urgent,
        entry_number=sitting.next_number(case),
    )


def _note(sitting: Sitting, motion: Motion, given: EvidenceToPreserve, facts: list[int]) -> None:
    asked = [measure.value for measure in given.measures]
    sitting.session.add(
        EvidencePreservation(
            motion_id=motion.id,
            holder=given.holder,
            proves=given.proves,
            facts=sorted(set(facts)),
            measures=asked,
            harmful=given.harmful,
        )
    )
    sitting.session.flush()


class EvidencePreservationInput(EvidenceToPreserve):
    """An application for the preservation of evidence in a case (CPL 84)."""

    facts: FactNumbers = []
    urgent: Annotated[
        bool,
        field(
            T("It cannot wait"),
            T("Urgent preservation is decided within [time preservation_ruling] [CPL 103, 104]."),
        ),
    ] = False


@act(
    title=T("Ask for preservation of evidence"),
    input=EvidencePreservationInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("CPL 84", "CPI 98", "EV 25, 26"),
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Where evidence may be lost or be hard to get later. The other side learns of it when it has been carried out."
    ),
)
def ask_for_evidence_preservation(
    sitting: Sitting, case: Case, given: EvidencePreservationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to preserve evidence that may be lost or be hard to get later (CPL 84), within the time for
    evidence (EV 25).

    Later it is taken and marked late. What cannot wait is ruled on within 48 hours (CPL 103).
    """
    me = sitting.party_of(case, actor)
    sitting.late = is_late(sitting, case, me)
    motion = _motion(sitting, case, me, given, given.urgent)
    apply_for(sitting, case, me, motion, T("%(name)s asks for preservation of evidence.", name=me.name), now)
    _note(sitting, motion, given, given.facts)
    return Recorded(
        T("%(name)s asks for preservation of evidence", name=me.name),
        {"motion": motion.reference},
        named=side_and_court(me.id),
    )


@act(
    title=T("Ask for preservation of evidence before a claim"),
    input=BeforeClaimEvidenceInput,
    by={Role.CLAIMANT},
    at={Stage.PRESERVING},
    seen_by=Audience.NAMED,
    listed=False,
    source=law("CPL 84", "EV 25, 26"),
)
def ask_before_claim_for_evidence(
    sitting: Sitting, case: Case, given: BeforeClaimEvidenceInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to preserve evidence before there is a claim; the judge on duty rules within 48 hours (CPL 84,
    104).

    Security is given only where the measure limits the use of the thing or may harm who has it (EV 26).
    """
    me = sitting.party_of(case, actor)
    motion = _motion(sitting, case, me, given, True)
    title = T(
        "%(name)s asks for preservation of evidence before a claim. Rule within [time preservation_ruling].",
        name=me.name,
    )
    apply_before_claim(sitting, case, me, motion, given.applicant, title, now)
    _note(sitting, motion, given, [])
    return Recorded(
        T("%(name)s asks for preservation of evidence before a claim", name=me.name),
        {"motion": motion.reference},
        named=side_and_court(me.id),
    )


@guard("CPL 84")
def evidence_to_secure(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Evidence is preserved when it was ordered and the security for it given."""
    ready = [
        p
        for p in preservations_of(sitting.session, case, PreservationState.ORDERED)
        if p.is_ready and evidence_to_preserve(sitting.session, p)
    ]
    return None if ready else T("No evidence is waiting to be preserved.")


@choice_source("ready_evidence_preservations")
def ready_evidence_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Evidence that can be preserved now."""
    return [
        option
        for option, row in preservation_options(sitting, case, False)
        if evidence_to_preserve(sitting.session, row) is not None
    ]


class PreservedEvidenceInput(CourtModel):
    """The record of how evidence was preserved (EV 23, 27)."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="ready_evidence_preservations")
    ]
    at: Annotated[str, CourtText(1, 400, one_line=True), field(T("When and where"))]
    present: Annotated[
        str,
        CourtText(1, 1000),
        field(T("Who was present"), T("Who acted for the court, who held it, which parties came."), widget="textarea"),
    ]
    how: Annotated[
        str,
        CourtText(1, 2000),
        field(
            T("What was done, and how"),
            T("Step by step. For a copy: from which carrier, with what, and why not the original."),
            widget="textarea",
        ),
    ]
    kept: Annotated[str, CourtText(1, 400, one_line=True), field(T("Where it is kept now, and by whom"))]
    uploads: Annotated[
        list[str],
        Field(max_length=50),
        RefTo("upload"),
        field(
            T("Files that the measure brought"),
            T("Send them first. Each becomes an exhibit of the party that asked."),
            widget="checkboxes",
        ),
    ] = []


@act(
    title=T("Record the preservation of evidence"),
    input=PreservedEvidenceInput,
    by={Role.CLERK},
    at=SECURED,
    guard=evidence_to_secure,
    while_stayed=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Evidence has been preserved"),
        T(
            "You may now read the application and the ruling; if you disagree, ask once for a review, though what was ordered stays in force meanwhile. The ruling says within how many days, counted from the day after this is served on you."
        ),
        when_due=T(
            "You may now read the application and the ruling. %(limits)s If the claim is not brought in time, the court has to lift what was ordered. Whoever disagrees may ask once for a review; the ruling says within how many days, counted from the day after this is served on them.",
            limits=LIMITS,
        ),
    ),
    source=law("CPL 84", "EV 23, 27"),
    topic=Topic.DECISION,
    in_record=False,
)
def record_preserved_evidence(
    sitting: Sitting, case: Case, given: PreservedEvidenceInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Enter the record of when, where, before whom and how it was preserved (EV 27); each file that came of it is an
    exhibit of who asked.

    From now on every party reads the application and the ruling, and may ask for one review (CPL 111).
    Whoever submitted nothing still examines it like any exhibit (EV 62).
    """
    row = preservation_named(sitting.session, case, given.preservation)
    wanted = evidence_to_preserve(sitting.session, row)
    if wanted is None or row.state is not PreservationState.ORDERED or not row.is_ready:
        raise ActNotOpen(T("No evidence is waiting to be preserved."))
    labels = [exhibit.label for exhibit in _exhibits(sitting, case, row, wanted, given, now)]
    wanted.record = {"at": given.at, "present": given.present, "how": given.how, "kept": given.kept, "exhibits": labels}
    carried_out(sitting, case, row, now)
    words = (
        T("Evidence preserved: %(labels)s", labels=side_by_side(labels))
        if labels
        else T("Evidence preserved: %(how)s", how=given.how)
    )
    return Recorded(words, {"preservation": row.reference, "exhibits": labels, "encloses": rulings_on(sitting, row)})


def _exhibits(
    sitting: Sitting,
    case: Case,
    row: Preservation,
    wanted: EvidencePreservation,
    given: PreservedEvidenceInput,
    now: datetime,
) -> list[Exhibit]:
    motion, owner = sitting.session.get_one(Motion, row.motion_id), case.party_if_any(row.party_id)
    assert owner is not None
    category = next((CATEGORIES[m] for m in map(EvidenceMeasure, wanted.measures) if m in CATEGORIES), Category.FILES)
    provenance = {
        "made_with": given.how[:500],
        "made_at": given.at[:200],
        "kept": given.kept,
        "preserved": motion.reference,
    }
    source = T("Preserved by the court from %(holder)s.", holder=wanted.holder).render(language_of(sitting, case))
    return [
        add_exhibit(
            sitting,
            case,
            owner,
            sitting.resolved("upload", reference),
            title=motion.asks.replace("\n", " ")[:200],
            proves=wanted.proves,
            source=source,
            now=now,
            category=category,
            provenance=provenance,
            facts=wanted.facts,
        )
        for reference in dict.fromkeys(given.uploads)
    ]


class PreservedFromInput(CourtModel):
    """Where evidence was preserved before there was a claim."""

    case: Annotated[str, CourtText(1, 60)]
    number: Annotated[str, CourtText(1, 60)]


@act(
    title=T("Evidence preserved before the claim came into the case"),
    input=PreservedFromInput,
    by={Role.CLOCK},
    at=TRIED,
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("Evidence preserved before the claim is now in the case"),
        T(
            "If it is not your own exhibit, you may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("EV 29"),
    in_record=False,
)
def take_in_preserved(
    sitting: Sitting, case: Case, given: PreservedFromInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take over the exhibits that were preserved before the claim, with file, receipt and provenance (EV 29)."""
    own = sitting.session.scalars(select(Case).where(Case.reference == given.case)).one()
    applicant = next(p for p in own.parties if p.role is Role.CLAIMANT)
    party = next(p for p in case.parties if p.role is Role.CLAIMANT and p.account_id == applicant.account_id)
    sitting.announce(EvidenceMoved(own, into=case, parties={applicant.id: party}))
    return Recorded(
        T("Evidence preserved before the claim, in %(number)s, is here now", number=given.number), {"from": given.case}
    )


def bring_over(sitting: Sitting, own: Case, claim: Case) -> None:
    """Have what was preserved before a claim taken into the claim's case, once it is named."""
    if (
        claim.stage in TRIED
        and sitting.session.scalar(select(Exhibit.id).where(Exhibit.case_id == own.id).limit(1)) is not None
    ):
        # An own case is older than its claim, so that two cases are always locked in the order of their numbers.
        sitting.session.refresh(claim, with_for_update=True)
        sitting.then(
            names.TAKE_IN_PRESERVED,
            PreservedFromInput(case=own.reference, number=own.number or own.reference),
            case=claim,
        )
