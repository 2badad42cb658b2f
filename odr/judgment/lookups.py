"""Finding the rows of judgment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Document, Party
from odr.errors import InvalidInput, NotFound
from odr.filing.models import Claim, Relief
from odr.filing.queries import claims_of, reliefs_of
from odr.judgment.kinds import (
    AppealState,
    DecisionKind,
    DecisionState,
    EnforcementState,
    MotionState,
    PreservationState,
    RetrialState,
    SettlementState,
)
from odr.judgment.models import (
    AppealPetition,
    Decision,
    EnforcementCase,
    EnforcementSettlement,
    FinalityCertificate,
    Finding,
    Motion,
    Obligation,
    Order,
    Performance,
    Preservation,
    RetrialApplication,
    Ruling,
)
from odr.judgment.models_preservation import EvidencePreservation
from odr.text import T


def standing_findings(session: Session, case: Case, at: int | None = None) -> Sequence[Finding]:
    """The findings that stand, in the order they were made; with ``at``, those that stood at that entry."""
    query = select(Finding).where(Finding.case_id == case.id).order_by(Finding.id)
    if at is None:
        return session.scalars(query.where(Finding.replaced_by.is_(None))).all()
    return session.scalars(
        query.where(Finding.entry_number <= at, or_(Finding.replaced_by.is_(None), Finding.replaced_by > at))
    ).all()


def decisions_of(session: Session, case: Case, *states: DecisionState) -> Sequence[Decision]:
    """Decisions of a case in some states (all, without any), in order."""
    query = select(Decision).where(Decision.case_id == case.id).order_by(Decision.id)
    return session.scalars(query.where(Decision.state.in_(states)) if states else query).all()


def current_draft(session: Session, case: Case) -> Decision | None:
    """The decision that is being written or rests."""
    return next(iter(reversed(decisions_of(session, case, DecisionState.DRAFT, DecisionState.COOLING))), None)


def issued(session: Session, case: Case) -> Decision | None:
    """The newest decision that was issued and stands."""
    return next(iter(reversed(decisions_of(session, case, DecisionState.ISSUED))), None)


def pronounced(session: Session, case: Case) -> Sequence[Decision]:
    """Every decision that was issued, also one set aside since, in order."""
    return session.scalars(
        select(Decision).where(Decision.case_id == case.id, Decision.issued_at.is_not(None)).order_by(Decision.id)
    ).all()


def decided_in_part(session: Session, case: Case) -> list[Order]:
    """Orders of the partial judgments that stand: what they answer is decided (CPL 156)."""
    return [
        o for d in decisions_of(session, case, DecisionState.ISSUED) if d.kind is DecisionKind.PARTIAL for o in d.orders
    ]


def decision_named(session: Session, case: Case, reference: str) -> Decision:
    """A decision of this case. Raises NotFound for another's."""
    found = session.scalar(select(Decision).where(Decision.case_id == case.id, Decision.reference == reference))
    if found is None:
        raise NotFound
    return found


def document_of(session: Session, decision: Decision) -> Document | None:
    """The sealed paper of a decision."""
    return session.get(Document, decision.document_id) if decision.document_id else None


def party_labelled(case: Case, label: str | None, field: str) -> Party | None:
    """The party called ``claimant/1``; None for no label. Raises InvalidInput for one that is not in the case."""
    if label is None:
        return None
    for party in case.parties:
        if party.label == label:
            return party
    raise InvalidInput.at(field, T("This party is not in the case."))


def party_with(case: Case, party_id: int | None) -> Party | None:
    """The party of a row."""
    return next((p for p in case.parties if p.id == party_id), None)


def reliefs_by_key(session: Session, case: Case) -> dict[str, tuple[Claim, Relief]]:
    """Everything asked for under the key a form uses for it."""
    claims = {c.id: c for c in claims_of(session, case)}
    return {f"{claims[r.claim_id].reference}/{r.number}": (claims[r.claim_id], r) for r in reliefs_of(session, case)}


def motions_of(session: Session, case: Case, *states: MotionState) -> Sequence[Motion]:
    """Motions of a case in some states (all, without any), in order."""
    query = select(Motion).where(Motion.case_id == case.id).order_by(Motion.id)
    return session.scalars(query.where(Motion.state.in_(states)) if states else query).all()


def next_ruling(session: Session, case: Case) -> int:
    """The number the case's next ruling bears."""
    return (session.scalar(select(func.max(Ruling.ordinal)).where(Ruling.case_id == case.id)) or 0) + 1


def preservations_of(session: Session, case: Case, *states: PreservationState) -> Sequence[Preservation]:
    """What was preserved in a case, in some states (all, without any), in order."""
    query = select(Preservation).where(Preservation.case_id == case.id).order_by(Preservation.id)
    return session.scalars(query.where(Preservation.state.in_(states)) if states else query).all()


def preservation_named(session: Session, case: Case, reference: str) -> Preservation:
    """A preservation of this case. Raises InvalidInput for another."""
    found = next((p for p in preservations_of(session, case) if p.reference == reference), None)
    if found is None:
        raise InvalidInput.at("preservation", T("Choose one of those listed."))
    return found


def evidence_to_preserve(session: Session, row: Preservation) -> EvidencePreservation | None:
    """Which evidence a preservation is about; None where it is about property or conduct."""
    return session.get(EvidencePreservation, row.motion_id)


def retrials_of(session: Session, case: Case, *states: RetrialState) -> Sequence[RetrialApplication]:
    """Applications for retrial in a case, in order."""
    query = select(RetrialApplication).where(RetrialApplication.case_id == case.id).order_by(RetrialApplication.id)
    return session.scalars(query.where(RetrialApplication.state.in_(states)) if states else query).all()


def certificates_of(session: Session, case: Case) -> Sequence[FinalityCertificate]:
    """Certificates that a decision of the case is in effect, in order."""
    return session.scalars(
        select(FinalityCertificate).where(FinalityCertificate.case_id == case.id).order_by(FinalityCertificate.id)
    ).all()


def petitions_of(session: Session, case: Case, *states: AppealState) -> Sequence[AppealPetition]:
    """Appeals in a case, in order."""
    query = select(AppealPetition).where(AppealPetition.case_id == case.id).order_by(AppealPetition.id)
    return session.scalars(query.where(AppealPetition.state.in_(states)) if states else query).all()


def obligations_of(session: Session, case: Case, *, live: bool = True) -> Sequence[Obligation]:
    """What is owed under instruments in effect; with ``live`` only what still stands."""
    query = select(Obligation).where(Obligation.case_id == case.id).order_by(Obligation.id)
    return session.scalars(query.where(Obligation.ended_at.is_(None)) if live else query).all()


def obligation_named(session: Session, case: Case, reference: str) -> Obligation:
    """A live obligation of this case. Raises InvalidInput for another."""
    found = next((o for o in obligations_of(session, case) if o.reference == reference), None)
    if found is None:
        raise InvalidInput.at("obligation", T("Choose one of those listed."))
    return found


def performed(session: Session, obligation: Obligation) -> int:
    """What was paid towards an obligation and confirmed, in minor units."""
    query = select(func.coalesce(func.sum(Performance.amount_minor), 0)).where(
        Performance.obligation_id == obligation.id, Performance.confirmed.is_(True)
    )
    return int(session.scalar(query) or 0)


def payments_on(session: Session, obligation: Obligation) -> list[tuple[date, int]]:
    """Days and sums of the payments that count, in minor units."""
    query = select(Performance.on, Performance.amount_minor).where(
        Performance.obligation_id == obligation.id, Performance.confirmed.is_(True)
    )
    return [(day, amount) for day, amount in session.execute(query.order_by(Performance.on, Performance.id)) if amount]


def unconfirmed(session: Session, obligation: Obligation) -> Sequence[Performance]:
    """Reports of performance that the creditor has not answered."""
    query = select(Performance).where(
        Performance.obligation_id == obligation.id,
        Performance.confirmed.is_(False),
        Performance.confirmed_entry.is_(None),
    )
    return session.scalars(query.order_by(Performance.id)).all()


def open_enforcement(session: Session, case: Case) -> EnforcementCase | None:
    """The enforcement under way."""
    return session.scalar(
        select(EnforcementCase)
        .where(EnforcementCase.case_id == case.id, EnforcementCase.state == EnforcementState.OPEN)
        .order_by(EnforcementCase.id.desc())
    )


def enforcement_settlements(session: Session, case: Case, *states: SettlementState) -> Sequence[EnforcementSettlement]:
    """Agreements in enforcements of the case, in some states (all, without any), in order."""
    query = (
        select(EnforcementSettlement).where(EnforcementSettlement.case_id == case.id).order_by(EnforcementSettlement.id)
    )
    return session.scalars(query.where(EnforcementSettlement.state.in_(states)) if states else query).all()
