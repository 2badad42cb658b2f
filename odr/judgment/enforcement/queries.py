"""Finding enforcements, what was performed, and settlements within an enforcement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import parties
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.judgment.models import EnforcementCase, EnforcementMeasure, EnforcementSettlement, Obligation, Performance
from odr.judgment.queries import obligations_of
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.service.queries import reached

AT_ONCE = 200
"""Performances of a case that are asked for at once; of an action of many that has more, those of each obligation."""

_BY_DAY = (Performance.on, Performance.id)
_OF_CASE = (
    select(Performance)
    .join(Obligation, Obligation.id == Performance.obligation_id)
    .where(Obligation.case_id == bindparam("case"))
    .order_by(*_BY_DAY)
    .limit(AT_ONCE + 1)
)
_OF_ONE = select(Performance).where(Performance.obligation_id == bindparam("obligation")).order_by(*_BY_DAY)


@remembered
def _of_case(session: Session, case_id: int) -> list[Performance]:
    """What was performed in a case, in the order of its days; one more than can be kept at once where it is too much."""
    return list(session.scalars(_OF_CASE, {"case": case_id}))


def _performances(session: Session, obligation: Obligation) -> Sequence[Performance]:
    """What was performed towards an obligation, reports too: asked for once however many a page shows, such as twelve instalments."""
    of_case = _of_case(session, obligation.case_id)
    if len(of_case) > AT_ONCE:
        return session.scalars(_OF_ONE, {"obligation": obligation.id}).all()
    return [one for one in of_case if one.obligation_id == obligation.id]


def performed(session: Session, obligation: Obligation) -> int:
    """What was paid towards an obligation and confirmed, in minor units."""
    return sum(one.amount_minor or 0 for one in confirmed(session, obligation))


def confirmed(session: Session, obligation: Obligation) -> Sequence[Performance]:
    """What was performed and counts, in the order of its days."""
    return [one for one in _performances(session, obligation) if one.confirmed]


def is_said_done(session: Session, obligation: Obligation) -> bool:
    """Whether the creditor or the court has said that it was done, or that what was reported arrived."""
    return bool(confirmed(session, obligation))


def unconfirmed(session: Session, obligation: Obligation) -> Sequence[Performance]:
    """Reports of performance that the creditor has not answered, in the order they came."""
    open_now = [o for o in _performances(session, obligation) if not o.confirmed and o.confirmed_entry is None]
    return sorted(open_now, key=lambda one: one.id)


def open_enforcement(session: Session, case: Case) -> EnforcementCase | None:
    """The enforcement under way."""
    return next(reversed(enforcements_of(session, case, EnforcementState.OPEN)), None)


def enforcements_of(session: Session, case: Case, *states: EnforcementState) -> Sequence[EnforcementCase]:
    """Enforcements of the case in some states (all, without any), in order."""
    query = built_once(
        lambda: select(EnforcementCase).where(EnforcementCase.case_id == case.id).order_by(EnforcementCase.id)
    )
    # A page asks for several states, one after another: they are told apart here, so that it is one question.
    return [one for one in session.scalars(query) if not states or one.state in states]


def enforced_in(session: Session, case: Case, found: EnforcementCase) -> list[Obligation]:
    """What is enforced in it: of what was claimed, all that still stands. What falls due to the same creditor later is not."""
    claimed = {row["obligation"] for row in found.claimed}
    return [o for o in obligations_of(session, case) if o.reference in claimed]


def is_performed(session: Session, case: Case, found: EnforcementCase) -> bool:
    """Whether everything that is enforced in it is performed."""
    return all(o.done_at is not None for o in enforced_in(session, case, found))


def goes_on_from(session: Session, case: Case, creditor_id: int) -> frozenset[str]:
    """What was claimed for a creditor when nothing was found to enforce against, by reference: applied for again it is the same
    application, bound to no time (CPI 517).
    """
    found = enforcements_of(session, case, EnforcementState.FOR_NOW)
    return frozenset(row["obligation"] for one in found if one.party_id == creditor_id for row in one.claimed)


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


def in_effect_since(session: Session, case: Case, entry: int | None) -> datetime | None:
    """Since when a ruling that halts or ends an enforcement holds: when it reached the last of the parties (CPL 269); None before."""
    known = reached(session, case, entry)
    served = [known.get(party.id) for party in parties(case)]
    return None if None in served else max(at for at in served if at is not None)
