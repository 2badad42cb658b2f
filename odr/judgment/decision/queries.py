"""Finding a decision's findings, what it decided in part, and what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing.claim.queries import claims_of, reliefs_of
from odr.filing.models import Claim, Relief
from odr.judgment.models import Finding, Order
from odr.judgment.queries import decisions_of
from odr.judgment.vocabulary import DecisionKind, DecisionState


def standing_findings(session: Session, case: Case, at: int | None = None) -> Sequence[Finding]:
    """The findings that stand, in the order they were made; with ``at``, those that stood at that entry."""
    query = select(Finding).where(Finding.case_id == case.id).order_by(Finding.id)
    if at is None:
        return session.scalars(query.where(Finding.replaced_by.is_(None))).all()
    return session.scalars(
        query.where(Finding.entry_number <= at, or_(Finding.replaced_by.is_(None), Finding.replaced_by > at))
    ).all()


def decided_in_part(session: Session, case: Case) -> list[Order]:
    """Orders of the partial judgments that stand: what they answer is decided (CPL 156)."""
    return [
        o for d in decisions_of(session, case, DecisionState.ISSUED) if d.kind is DecisionKind.PARTIAL for o in d.orders
    ]


def reliefs_by_key(session: Session, case: Case) -> dict[str, tuple[Claim, Relief]]:
    """Everything asked for under the key a form uses for it."""
    claims = {c.id: c for c in claims_of(session, case)}
    return {f"{claims[r.claim_id].reference}/{r.number}": (claims[r.claim_id], r) for r in reliefs_of(session, case)}
