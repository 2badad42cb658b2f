"""Finding enforcements, what was performed, and settlements within an enforcement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.judgment.models import EnforcementCase, EnforcementMeasure, EnforcementSettlement, Obligation, Performance
from odr.judgment.vocabulary import EnforcementState, SettlementState


def performed(session: Session, obligation: Obligation) -> int:
    """What was paid towards an obligation and confirmed, in minor units."""
    query = select(func.coalesce(func.sum(Performance.amount_minor), 0)).where(
        Performance.obligation_id == obligation.id, Performance.confirmed.is_(True)
    )
    return int(session.scalar(query) or 0)


def confirmed(session: Session, obligation: Obligation) -> Sequence[Performance]:
    """What was performed and counts, in the order of its days."""
    query = select(Performance).where(Performance.obligation_id == obligation.id, Performance.confirmed.is_(True))
    return session.scalars(query.order_by(Performance.on, Performance.id)).all()


def is_said_done(session: Session, obligation: Obligation) -> bool:
    """Whether the creditor or the court has said that it was done, or that what was reported arrived."""
    said = select(Performance.id).where(Performance.obligation_id == obligation.id, Performance.confirmed.is_(True))
    return session.scalar(said.limit(1)) is not None


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


def enforcements_of(session: Session, case: Case, *states: EnforcementState) -> Sequence[EnforcementCase]:
    """Enforcements of the case in some states (all, without any), in order."""
    query = select(EnforcementCase).where(EnforcementCase.case_id == case.id).order_by(EnforcementCase.id)
    return session.scalars(query.where(EnforcementCase.state.in_(states)) if states else query).all()


def measures_of(session: Session, found: EnforcementCase) -> Sequence[EnforcementMeasure]:
    """What was done in an enforcement, in order."""
    query = select(EnforcementMeasure).where(EnforcementMeasure.enforcement_id == found.id)
    return session.scalars(query.order_by(EnforcementMeasure.id)).all()


def enforcement_settlements(session: Session, case: Case, *states: SettlementState) -> Sequence[EnforcementSettlement]:
    """Agreements in enforcements of the case, in some states (all, without any), in order."""
    query = (
        select(EnforcementSettlement).where(EnforcementSettlement.case_id == case.id).order_by(EnforcementSettlement.id)
    )
    return session.scalars(query.where(EnforcementSettlement.state.in_(states)) if states else query).all()


def barred(session: Session, case: Case) -> frozenset[str]:
    """What the court ruled is not enforced, because the time to apply had passed (CPI 481): what was claimed then, and nothing
    that is owed by another instrument, which has a time of its own.
    """
    found = enforcements_of(session, case, EnforcementState.BARRED)
    return frozenset(row["obligation"] for one in found for row in one.claimed)


def is_barred(session: Session, case: Case, obligation: Obligation) -> bool:
    """Whether the court ruled that this is not enforced."""
    return obligation.reference in barred(session, case)
