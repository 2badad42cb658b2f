"""Preservation in a case: asked for and ruled on unseen by the other side, secured, carried out, reviewed, ended (CPL
103 to 111; CPI 152 to 171).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Outcome, Party, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import named_among, side_and_court
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text, words_of
from odr.identity.actors import Actor
from odr.judgment import desks, names as act_names
from odr.judgment.decision.papers import lines, ruling_paper
from odr.judgment.inputs import ReviewInput
from odr.judgment.models import Motion, Ruling
from odr.judgment.preservation.choices import preservation_options
from odr.judgment.preservation.inputs import MEASURES
from odr.judgment.preservation.measures import (
    REVIEW,
    REVIEW_DECISION,
    SECURED,
    TERM,
    URGENT,
    carried_out,
    end_preservations,
    order_preservation,
    refused_application,
    rulings_on,
    security_needed,
    who_is_told,
)
from odr.judgment.preservation.models import EvidencePreservation
from odr.judgment.preservation.queries import evidence_to_preserve, preservation_named, preservations_of
from odr.judgment.preservation.term import PropertyKind, begin_term
from odr.judgment.queries import motions_of, next_ruling
from odr.judgment.vocabulary import PRESERVATIONS, EvidenceMeasure, MotionKind, MotionState, PreservationState
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.events import CaseClosed, SettlementReached
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.frame import keep_prepared, sealed_paper
from odr.procedure.papers.language import CaseLanguage
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

LISTED = {"en": "; ", "zh-Hans": "；"}


@guard("CPL 84, 103, 104")
def a_preservation_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """An application for preservation must wait for its ruling."""
    waits = any(m.kind in PRESERVATIONS for m in motions_of(sitting.session, case, MotionState.OPEN))
    return None if waits else T("No application for preservation is waiting for a ruling.")


def _ruling(sitting: Sitting, case: Case, given: PreservationRulingInput) -> tuple[Motion, Ruling]:
    motion = next(
        (
            m
            for m in motions_of(sitting.session, case, MotionState.OPEN)
            if m.reference == given.motion and m.kind in PRESERVATIONS
        ),
        None,
    )
    if motion is None:
        raise InvalidInput.at("motion", T("Choose one of those listed."))
    is_evidence, orders = motion.kind is MotionKind.EVIDENCE_PRESERVATION, lines(given.orders)
    if given.measures and not is_evidence:
        raise InvalidInput.at("measures", T("Only where evidence is preserved."))
    if given.result != "refused":
        if is_evidence and not given.measures:
            raise InvalidInput.at("measures", T("Say how the evidence is preserved."))
        needed = security_needed(sitting.session, case, motion, given.measures)
        if needed is not None and not (given.security and given.security.minor):
            raise InvalidInput.at("security", needed)
        if is_evidence:
            names = [measure.label.render(given.language) for measure in given.measures]
            orders = [
                T("Measures: %(measures)s.", measures=LISTED[given.language].join(names)).render(given.language),
                *orders,
            ]
    ruling = Ruling(
        case_id=case.id,
        motion_id=motion.id,
        ordinal=next_ruling(sitting.session, case),
        kind=motion.kind,
        result=MotionState(given.result),
        orders=orders,
        reasons=given.reasons,
        security_minor=given.security.minor if given.security else None,
        entry_number=sitting.next_number(case),
    )
    return motion, ruling


def _digest(case: Case, ruling: Ruling) -> str:
    people = [[p.label, p.name] for p in case.parties]
    return sha256_hex(
        canonical(
            [
                case.number,
                ruling.ordinal,
                ruling.result.value,
                ruling.orders,
                ruling.reasons,
                ruling.security_minor,
                people,
            ]
        )
    )


def prepare_preservation(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the ruling before the Sitting."""
    if not isinstance(given, PreservationRulingInput):
        return {}
    with court.database.read() as session:
        sitting, mine = court.look(session), session.get_one(Case, case.id)
        _, ruling = _ruling(sitting, mine, given)
        paper = ruling_paper(sitting, mine, ruling, given.language, sitting.now)
        reason, text = T("Ruling in case %(number)s", number=mine.number or mine.reference), _digest(mine, ruling)
        return {"ruling": sealed_paper(court, paper, given.language, text, reason=reason, signer=actor.name)}


def who_applied(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """A ruling on preservation goes to the applicant alone; the others get it when it is carried out."""
    return named_among(parties(case), entry)


@choice_source("open_preservations")
def open_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Applications for preservation that wait for a ruling."""
    open_ones = motions_of(sitting.session, case, MotionState.OPEN)
    return [Option(m.reference, m.asks, m.grounds) for m in open_ones if m.kind in PRESERVATIONS]


class PreservationRulingInput(CourtModel):
    """The ruling on an application for preservation."""

    motion: Annotated[str, CourtText(1, 40, one_line=True), field(T("Application"), choices="open_preservations")]
    result: Annotated[
        Literal["granted", "partly", "refused"],
        field(
            T("Result of the ruling"),
            options={"granted": T("Granted"), "partly": T("Granted in part"), "refused": T("Not granted")},
        ),
    ]
    measures: Annotated[
        list[EvidenceMeasure],
        Field(max_length=len(MEASURES)),
        field(
            T("Measures, where evidence is preserved"),
            T("Those that do for the purpose and burden who holds it least [EV 27]. None for property or conduct."),
            options=MEASURES,
            widget="checkboxes",
        ),
    ] = []
    orders: Annotated[str, CourtText(1, 4000), field(T("It is ruled"), T("One order in each line."), widget="textarea")]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    security: Annotated[
        CourtMoneyOrZero | None, field(T("Security to be given first"), T("Nothing is carried out before it is given."))
    ] = None
    language: CaseLanguage = ""


@act(
    title=T("Rule on a preservation"),
    input=PreservationRulingInput,
    by={Role.JUDGE},
    at=SECURED,
    guard=a_preservation_waits,
    while_stayed=True,
    strong=True,
    seen_by=Audience.NAMED,
    version=2,
    prepare=prepare_preservation,
    source=law("CPL 84, 103, 104", "CPI 161", "EV 26, 27"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the preservation you asked for"),
        T(
            "If it was ordered, give the security the ruling asks for, if any: it is carried out only after that. If it was refused, you may ask once for a review; the ruling says within how many days, counted from the day after it is served on you."
        ),
    ),
    concerns=who_applied,
    desk=(desks.PRESERVATION_RULING, desks.RULING_ASKED, desks.LIFT_PRESERVATION),
    means={Milestone.URGENT_MEASURE},
    topic=Topic.DECISION,
    in_record=False,
)
def rule_on_preservation(
    sitting: Sitting, case: Case, given: PreservationRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Rule on an application for preservation: sealed, and told to the applicant alone until it is carried out (CPL
    103).

    Nothing is carried out before the security that was asked for is given.
    """
    motion, ruling = _ruling(sitting, case, given)
    title = words_of(T("Ruling: %(kind)s", kind=ruling.kind.label))
    document = keep_prepared(
        sitting, case, "ruling", _digest(case, ruling), kind="ruling", title=title, locale=given.language
    )
    assert motion.party_id is not None
    document.audience, document.party_id = Audience.OWN_SIDE_AND_COURT, motion.party_id
    ruling.document_id = document.id
    sitting.session.add(ruling)
    motion.state, motion.ruled_entry = ruling.result, sitting.next_number(case)
    sitting.close_windows(case, URGENT, WindowState.MET, subject=motion.reference)
    sitting.close_tasks(case, desks.PRESERVATION_RULING, motion.reference)
    sitting.close_tasks(case, desks.RULING_ASKED, motion.reference)
    if ruling.result is not MotionState.REFUSED:
        order_preservation(sitting, case, motion, ruling)
        wanted = sitting.session.get(EvidencePreservation, motion.id)
        if wanted is not None:
            wanted.measures = [measure.value for measure in given.measures]
    words = T("Ruling, %(kind)s: %(result)s", kind=ruling.kind.label, result=ruling.result.label)
    facts = {
        "ruling": ruling.reference,
        "document": document.reference,
        "sha256": document.sha256,
        "document_receipt": document.receipt,
    }
    return Recorded(words, facts, named=side_and_court(motion.party_id))


@upcast(act_names.RULE_ON_PRESERVATION, from_version=1)
def of_property(given: dict[str, Any]) -> dict[str, Any]:
    """Rulings of the first version preserved property or conduct, never evidence."""
    return {**given, "measures": []}


@guard("CPL 103", "CPI 152")
def security_is_missing(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Somebody must still give security."""
    waits = any(p.waits_for_security for p in preservations_of(sitting.session, case, PreservationState.ORDERED))
    return None if waits else T("No preservation is waiting for security.")


@choice_source("unsecured_preservations")
def unsecured_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Preservations that wait for security."""
    return [option for option, _ in preservation_options(sitting, case, True)]


class SecurityInput(CourtModel):
    """The security an applicant gave."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="unsecured_preservations")
    ]
    amount: Annotated[CourtMoney, field(T("Amount of the security"))]
    how: Annotated[
        str,
        CourtText(1, 400, one_line=True),
        field(T("How it was given"), T("For example the number of a bank’s or insurer’s letter.")),
    ]


@act(
    title=T("Record security for a preservation"),
    input=SecurityInput,
    by={Role.CLERK},
    at=SECURED,
    guard=security_is_missing,
    while_stayed=True,
    seen_by=Audience.NAMED,
    source=law("CPL 103", "CPI 152"),
    means={Milestone.URGENT_MEASURE},
    topic=Topic.DECISION,
    in_record=False,
)
def record_security(sitting: Sitting, case: Case, given: SecurityInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record the security the applicant gave; the preservation can now be carried out (CPL 103)."""
    row = preservation_named(sitting.session, case, given.preservation)
    if not row.waits_for_security or row.state is not PreservationState.ORDERED:
        raise ActNotOpen(T("No preservation is waiting for security."))
    if given.amount.minor < (row.security_minor or 0):
        raise InvalidInput.at(
            "amount", T("The ruling asks for %(amount)s.", amount=row.security or Money(0, row.currency))
        )
    row.security_entry = sitting.next_number(case)
    sitting.open_task(
        case,
        Role.CLERK,
        desks.EXECUTE_PRESERVATION,
        T("A preservation was ordered. Carry it out now."),
        risk=90,
        subject=row.reference,
    )
    return Recorded(
        T("Security of %(amount)s given: %(how)s", amount=given.amount, how=given.how),
        named=side_and_court(row.party_id),
    )


@guard("CPL 103, 104")
def something_to_carry_out(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A preservation is carried out when it was ordered and its security given."""
    ready = [
        p
        for p in preservations_of(sitting.session, case, PreservationState.ORDERED)
        if p.is_ready and evidence_to_preserve(sitting.session, p) is None
    ]
    return None if ready else T("No preservation is waiting to be carried out.")


@choice_source("ready_preservations")
def ready_preservations(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Preservations of property or conduct that can be carried out."""
    return [
        option
        for option, row in preservation_options(sitting, case, False)
        if evidence_to_preserve(sitting.session, row) is None
    ]


class ExecuteInput(CourtModel):
    """How a preservation was carried out."""

    preservation: Annotated[
        str, CourtText(1, 40, one_line=True), field(T("Preservation"), choices="ready_preservations")
    ]
    what: Annotated[
        str,
        CourtText(1, 2000),
        field(T("What was done"), T("Account, asset or conduct, and by whom."), widget="textarea"),
    ]
    kind: Annotated[
        PropertyKind | None,
        Choice(PropertyKind),
        field(
            T("What was preserved"),
            T(
                "Money holds for [time preservation_term_deposit] at most, movable things for [time preservation_term_movable], other property for [time preservation_term_property]; the applicant and the judge are told before it ends [CPI 485]."
            ),
        ),
    ] = None
    months: Annotated[
        int | None,
        Field(ge=1, le=120),
        field(
            T("For how many months"),
            T("Only where the ruling orders a shorter term. Leave it empty for as long as the law allows."),
        ),
    ] = None


@act(
    title=T("Carry out a preservation"),
    input=ExecuteInput,
    by={Role.CLERK},
    at=SECURED,
    guard=something_to_carry_out,
    while_stayed=True,
    version=2,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("A preservation has been carried out"),
        T(
            "You may now read the application and the ruling; if you disagree, ask once for a review, though what was ordered stays in force meanwhile. The ruling says within how many days, counted from the day after this is served on you."
        ),
        when_due=T(
            "You may now read the application and the ruling. %(limits)s If the claim is not brought in time, the court has to lift what was ordered. Whoever disagrees may ask once for a review; the ruling says within how many days, counted from the day after this is served on them.",
            limits=LIMITS,
        ),
    ),
    source=law("CPL 103, 106", "CPI 156, 171, 485"),
    desk=desks.EXECUTE_PRESERVATION,
    means={Milestone.URGENT_MEASURE},
    topic=Topic.DECISION,
    in_record=False,
)
def execute_preservation(sitting: Sitting, case: Case, given: ExecuteInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that it was carried out: from now on every party reads the application and the ruling, and may ask for one
    review (CPL 111).
    """
    row = preservation_named(sitting.session, case, given.preservation)
    if not row.is_ready or evidence_to_preserve(sitting.session, row) is not None:
        raise ActNotOpen(T("No preservation is waiting to be carried out."))
    carried_out(sitting, case, row, now)
    begin_term(sitting, case, row, given.kind, given.months, now)
    return Recorded(
        T("Preservation carried out: %(what)s", what=given.what),
        {"preservation": row.reference, "encloses": rulings_on(sitting, row)},
    )


@upcast(act_names.EXECUTE_PRESERVATION, from_version=1)
def without_a_term(given: dict[str, Any]) -> dict[str, Any]:
    """Under the first version the clerk wrote into the words until when it holds, and no term was reckoned."""
    return {**given, "kind": None, "months": None}


@act(
    title=T("Ask for review of a preservation"),
    input=ReviewInput,
    by=set(PARTY_ROLES),
    at=SECURED,
    window=REVIEW,
    remedy=True,
    while_stayed=True,
    serves=Everyone.CONCERNED,
    concerns=who_is_told,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks for a review of a preservation"),
        T(
            "There is nothing you have to do now; what was ordered stays in force meanwhile. The judge rules on it, and the ruling is sent to you."
        ),
    ),
    source=law("CPL 111", "CPI 171"),
    topic=Topic.DECISION,
    in_record=False,
)
def ask_for_preservation_review(
    sitting: Sitting, case: Case, given: ReviewInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask the court to look again at a preservation; what was ordered is carried out meanwhile (CPL 111)."""
    me = sitting.party_of(case, actor)
    motion = Motion(
        case_id=case.id,
        party_id=me.id,
        kind=MotionKind.PRESERVATION_REVIEW,
        asks=given.asks,
        grounds=given.grounds,
        about=_subject(sitting, case, me),
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(motion)
    sitting.session.flush()
    due = sitting.start_window(case, REVIEW_DECISION, start=now, subject=motion.reference).due_at
    words = T("%(name)s asks for a ruling: %(kind)s.", name=me.name, kind=motion.kind.label)
    sitting.open_task(case, Role.JUDGE, desks.RULING_ASKED, words, risk=70, due_at=due, subject=motion.reference)
    words = T("%(name)s asks for a ruling: %(kind)s", name=me.name, kind=motion.kind.label)
    if refused_application(sitting.session, case, motion.about) is not None:
        return Recorded(words, {"motion": motion.reference}, Audience.NAMED, side_and_court(me.id))
    return Recorded(words, {"motion": motion.reference})


def _subject(sitting: Sitting, case: Case, me: Party) -> str | None:
    """Of what the act in hand asks a review: the preservation, the refused application, or the ruling that continued
    nothing or lifted it, whose time it met.
    """
    mine = sitting.windows(case, REVIEW, party=me, state=WindowState.MET)
    return next((w.subject for w in reversed(mine) if w.closed_by == sitting.next_number(case)), None)


def case_settled(sitting: Sitting, event: SettlementReached) -> None:
    """A statement that leaves nothing to perform closes the case, and no other event says so."""
    if event.case.stage is Stage.CLOSED and event.case.outcome is Outcome.SETTLED:
        case_over(sitting, CaseClosed(event.case))


def case_over(sitting: Sitting, event: CaseClosed) -> None:
    """The case ended here. Sent to another court, it takes along what is preserved for it (CPI 160; court rule); else what
    was carried out waits for the ruling that lifts it (CPI 166), and what was not lapses. Nothing is continued here any more.
    """
    case = event.case
    for row in preservations_of(sitting.session, case, PreservationState.EXECUTED):
        sitting.close_tasks(case, desks.CONTINUE_PRESERVATION, row.reference)
        if case.outcome is Outcome.TRANSFERRED:
            # Its term runs on there; this court neither frees it nor keeps the file open for it.
            sitting.close_windows(case, TERM, WindowState.ENDED, subject=row.reference)
            words = T("The case went to another court. Send it the papers of the preservation, which goes on there.")
            sitting.open_task(case, Role.CLERK, desks.PASS_ON_PRESERVATION, words, risk=85, subject=row.reference)
        else:
            words = T("The case is over. Lift what is preserved for it: rule on it as a review, granted.")
            sitting.open_task(case, Role.JUDGE, desks.LIFT_PRESERVATION, words, risk=80, subject=row.reference)
    if case.outcome is not Outcome.TRANSFERRED:
        end_preservations(sitting, case, PreservationState.LAPSED, PreservationState.ORDERED)
