"""What all preservations have in common, of property, conduct or evidence: the application, the security, carrying out,
the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import FROM_ACCEPTANCE, Audience, Case, DocketEntry, Document, Party, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import named_among
from odr.filing.claim.case_without_claim import note_applicant
from odr.filing.inputs import ApplicantInput
from odr.ground.text import T, Text
from odr.judgment import desks, names
from odr.judgment.models import BeforeClaim, Motion, Preservation, Ruling
from odr.judgment.preservation.inputs import OverInput
from odr.judgment.preservation.models import EvidencePreservation
from odr.judgment.preservation.queries import preservations_of
from odr.judgment.queries import motions_of
from odr.judgment.vocabulary import LIMITING, PRESERVATIONS, EvidenceMeasure, MotionKind, MotionState, PreservationState
from odr.payments import names as payments_names
from odr.payments.fee.assessment import keep_basis
from odr.payments.fee.fee_computation import Matter
from odr.payments.inputs import AssessInput
from odr.procedure.acts.act_versions import input_of
from odr.procedure.models import WindowState
from odr.service import names as service_names
from odr.service.packet.copies import PROOF
from odr.service.queries import packets_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REVIEW, REVIEW_DECISION = "preservation_review", "preservation_review_decision"
TERM = "preservation_term"
"""For how long something is preserved (CPI 485)."""
CLAIM_FOLLOWS = "preservation_claim"
"""The thirty days within which a claim follows what was preserved before it (CPL 104)."""
URGENT = "preservation_ruling"
RUNNING = FROM_ACCEPTANCE - {Stage.CLOSED}
SECURED = RUNNING | {Stage.PRESERVING}
"""Where something may be preserved: in a running case, or in the own case before a claim."""
KEPT = (
    names.ASK_FOR_RULING,
    names.ASK_FOR_EVIDENCE_PRESERVATION,
    names.ASK_BEFORE_CLAIM,
    names.ASK_BEFORE_CLAIM_FOR_EVIDENCE,
    names.RULE_ON_PRESERVATION,
    names.ASK_FOR_PRESERVATION_REVIEW,
    names.GIVE_RULING,
    names.RECORD_SECURITY,
    payments_names.ASSESS_FEE,
    payments_names.REMIND_FEE,
    payments_names.RECORD_PAYMENT,
    payments_names.ASK_FEE_CORRECTION,
    payments_names.CORRECT_FEE,
    payments_names.APPROVE_REFUND,
    payments_names.RECORD_REFUND,
    payments_names.RECORD_OUTSIDE_REFUND,
)
"""Acts of a preservation that the other side reads when it has been carried out."""
LIVE = (PreservationState.ORDERED, PreservationState.EXECUTED)


def apply_for(
    sitting: Sitting, case: Case, me: Party, motion: Motion, title: Text, now: datetime, *, risk: int | None = None
) -> None:
    """Put an application for preservation before the judge: with its fee (FEE 14), and its 48 hours where it cannot
    wait (CPL 103, 104).
    """
    sitting.session.add(motion)
    sitting.session.flush()
    basis = keep_basis(sitting.session, case, me, Matter.PRESERVATION, [motion.amount_minor or 0], 0, now)
    sitting.then(payments_names.ASSESS_FEE, AssessInput(basis=basis.reference))
    due = sitting.start_window(case, URGENT, start=now, subject=motion.reference).due_at if motion.urgent else None
    risk = risk or (90 if motion.urgent else 40)
    sitting.open_task(case, Role.JUDGE, desks.RULING_ASKED, title, risk=risk, due_at=due, subject=motion.reference)


def apply_before_claim(
    sitting: Sitting, case: Case, me: Party, motion: Motion, applicant: ApplicantInput, title: Text, now: datetime
) -> None:
    """The same before a claim, in the own case that is opened for it: it lies before the judge on duty (CPL 104)."""
    sitting.session.add(BeforeClaim(case_id=case.id))
    note_applicant(sitting, case, me, applicant)
    apply_for(sitting, case, me, motion, title, now, risk=95)


def security_needed(session: Session, case: Case, motion: Motion, measures: Sequence[EvidenceMeasure]) -> Text | None:
    """Why nothing may be preserved without security, or None: before a claim (CPL 104); evidence, where a measure
    limits or may harm (EV 26).
    """
    wanted = session.get(EvidencePreservation, motion.id)
    if motion.kind is MotionKind.EVIDENCE_PRESERVATION:
        harmful = not LIMITING.isdisjoint(measures) or (wanted is not None and wanted.harmful)
        return (
            T("Measures that limit the use of the thing, or may harm who has it, need security [EV 26].")
            if harmful
            else None
        )
    before = case.stage is Stage.PRESERVING
    return T("Before a claim nothing is preserved without security [CPL 104].") if before else None


def carried_out(sitting: Sitting, case: Case, row: Preservation, now: datetime) -> None:
    """Note that it was carried out: before a claim its thirty days run from now, and what was kept from the other side
    is opened (CPL 104, 106).
    """
    row.state, row.executed_entry = PreservationState.EXECUTED, sitting.next_number(case)
    sitting.close_tasks(case, desks.EXECUTE_PRESERVATION, row.reference)
    if case.stage is Stage.PRESERVING:
        sitting.start_window(
            case, CLAIM_FOLLOWS, party=case.party_if_any(row.party_id), start=now, subject=row.reference
        )
    _show(sitting, case, row)


def _show(sitting: Sitting, case: Case, row: Preservation) -> None:
    """Open what was kept from the other side: the application, the ruling and its paper."""
    motion = sitting.session.get_one(Motion, row.motion_id)
    kept = select(DocketEntry).where(
        DocketEntry.case_id == case.id,
        DocketEntry.audience == Audience.NAMED,
        DocketEntry.number >= motion.entry_number,
    )
    mine = [one for one in sitting.session.scalars(kept) if f"party/{row.party_id}" in one.named]
    for found in mine:
        if found.act in KEPT and found.opened_by is None:
            found.opened_by = sitting.next_number(case)
    _show_service(sitting, case, mine)
    for ruling in sitting.session.scalars(
        select(Ruling).where(
            (Ruling.motion_id == motion.id) | (Ruling.entry_number == row.entry_number),
            Ruling.case_id == case.id,
            Ruling.document_id.is_not(None),
        )
    ):
        document = sitting.session.get_one(Document, ruling.document_id)
        document.audience = Audience.PARTIES_AND_COURT


def _show_service(sitting: Sitting, case: Case, entries: Sequence[DocketEntry]) -> None:
    """Open with what was kept that it was served, and the proof of that."""
    opened = {one.number for one in entries if one.act in KEPT and one.opened_by is not None}
    told = {one.reference for one in packets_of(sitting.session, case) if opened.issuperset(one.entry_ids)}
    records = [one for one in entries if one.act == service_names.RECORD_SERVICE and input_of(one)["packet"] in told]
    for record in records:
        record.opened_by = sitting.next_number(case)
    proofs = select(Document).where(Document.case_id == case.id, Document.kind == PROOF)
    for proof in sitting.session.scalars(proofs.where(Document.entry_number.in_([one.number for one in records]))):
        proof.audience, proof.named = Audience.PARTIES_AND_COURT, []


def order_preservation(sitting: Sitting, case: Case, motion: Motion, ruling: Ruling) -> None:
    """Put on record that something is preserved; it is carried out at once, or when its security is given (CPL 103)."""
    row = Preservation(
        case_id=case.id,
        motion_id=motion.id,
        party_id=motion.party_id,
        amount_minor=motion.amount_minor,
        security_minor=ruling.security_minor or None,
        currency=motion.currency or sitting.pack(case).currency,
        entry_number=ruling.entry_number,
    )
    sitting.session.add(row)
    sitting.session.flush()
    if case.stage is Stage.APPEALED:
        words = T(
            "A preservation was ordered while an appeal is pending. Send the ruling to the court of second instance at once [CPI 161]."
        )
        sitting.open_task(case, Role.CLERK, desks.PASS_ON_PRESERVATION, words, risk=85, subject=row.reference)
    if not row.waits_for_security:
        sitting.open_task(
            case,
            Role.CLERK,
            desks.EXECUTE_PRESERVATION,
            T("A preservation was ordered. Carry it out now."),
            risk=90,
            subject=row.reference,
        )


def rulings_on(sitting: Sitting, row: Preservation) -> list[str]:
    """The papers of the rulings that ordered it, by their references: they go with the letter that it was carried out."""
    query = (
        select(Document.reference)
        .join(Ruling, Ruling.document_id == Document.id)
        .where((Ruling.motion_id == row.motion_id) | (Ruling.entry_number == row.entry_number))
        .where(Ruling.case_id == row.case_id)
        .order_by(Document.id)
    )
    return list(sitting.session.scalars(query))


def over_before_claim(sitting: Sitting, case: Case) -> None:
    """Close the own case of a preservation before a claim once nothing is preserved in it and nothing is asked for."""
    sitting.session.flush()
    asked = motions_of(sitting.session, case, MotionState.OPEN)
    if (
        case.stage is Stage.PRESERVING
        and not preservations_of(sitting.session, case, *LIVE)
        and not asked
        and not sitting.windows(case, REVIEW)
    ):
        sitting.then(names.END_BEFORE_CLAIM, OverInput())


def refused_application(session: Session, case: Case, reference: str | None) -> Motion | None:
    """An application for preservation that was refused. Nobody else knows of it: neither the review that is asked of it
    nor the ruling on that warns the other side before something is carried out (CPL 103; CPI 171).
    """
    rows = motions_of(session, case, MotionState.REFUSED)
    return next((m for m in rows if m.reference == reference and m.kind in PRESERVATIONS), None)


def who_is_told(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Of what is kept from the other side the applicant alone; of everything else every party but who did it."""
    if entry.named:
        return [p for p in named_among(parties(case), entry) if p.id != entry.party_id]
    return [p for p in parties(case) if p.id != entry.party_id]


def end_preservations(
    sitting: Sitting,
    case: Case,
    state: PreservationState,
    *states: PreservationState,
    only_of: str | None = None,
) -> None:
    """End what is preserved, in some states where they are named, and ``only_of`` one where a review is about that one;
    measures that were carried out are to be undone by the clerk.
    """
    rows = preservations_of(sitting.session, case, *(states or LIVE))
    for row in [r for r in rows if only_of in (None, r.reference)]:
        undo = row.state is PreservationState.EXECUTED
        row.state, row.ended_entry = state, sitting.next_number(case)
        sitting.close_tasks(case, desks.EXECUTE_PRESERVATION, row.reference)
        sitting.close_windows(case, REVIEW, WindowState.ENDED, subject=row.reference)
        sitting.close_windows(case, CLAIM_FOLLOWS, WindowState.ENDED, subject=row.reference)
        sitting.close_windows(case, TERM, WindowState.ENDED, subject=row.reference)
        sitting.close_tasks(case, desks.CONTINUE_PRESERVATION, row.reference)
        sitting.close_tasks(case, desks.CONTINUE_MEASURE, row.reference)
        if undo:
            sitting.open_task(
                case,
                Role.CLERK,
                desks.UNDO_PRESERVATION,
                T("A preservation has ended. Undo its measures."),
                risk=80,
                subject=row.reference,
            )
