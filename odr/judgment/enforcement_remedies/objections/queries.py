"""Finding objections in an enforcement, and what may not be disposed of because of one (CPL 236, 238; CPI 463, 312, 313). No flask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T, Text
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection, ObjectionKind, ObjectionState
from odr.judgment.models import EnforcementCase
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

RULING, REVIEW, ACTION = "enforcement_objection", "enforcement_objection_review", "enforcement_objection_action"
"""Kinds of time limits: to rule, to ask the higher court, to bring an action."""
RULED = (ObjectionState.FOUNDED, ObjectionState.UNFOUNDED)
_OBJECTIONS = (
    select(EnforcementObjection)
    .where(EnforcementObjection.case_id == bindparam("case"))
    .order_by(EnforcementObjection.id)
)


@remembered
def objections_of(session: Session, case: Case, *states: ObjectionState) -> Sequence[EnforcementObjection]:
    """Objections in enforcements of a case in these states, all if none is named, in their order."""
    rows = session.scalars(_OBJECTIONS, {"case": case.id}).all()
    return [row for row in rows if not states or row.state in states]


def objection_named(
    session: Session, case: Case, reference: str, *states: ObjectionState
) -> EnforcementObjection | None:
    """The objection of this case by its reference, if it is in one of these states."""
    return next((row for row in objections_of(session, case, *states) if row.reference == reference), None)


def who_objects(case: Case, row: EnforcementObjection) -> str:
    """By name."""
    return row.outsider or case.name_of(row.party_id or 0)


def creditor_of_objection(sitting: Sitting, row: EnforcementObjection) -> int:
    """For whom the court enforces what is objected to."""
    return sitting.session.get_one(EnforcementCase, row.enforcement_id).party_id


def goes_on(sitting: Sitting, case: Case) -> list[EnforcementObjection]:
    """What is before the higher court, or in an action, and not on record as decided."""
    asked = [row for row in objections_of(sitting.session, case, *RULED) if row.review_entry or row.suit_entry]
    return [row for row in asked if row.outcome is None]


def can_go_on(sitting: Sitting, case: Case, row: EnforcementObjection, kind: str) -> bool:
    """Whether a review can still be asked for, or an action brought, by anybody."""
    if any(
        w.state in (WindowState.OPEN, WindowState.HALTED)
        for w in sitting.windows(case, kind, state=None, subject=row.reference)
    ):
        return True
    return row.until_on is not None and row.until_on >= sitting.today


def why_untouched(sitting: Sitting, case: Case, row: EnforcementObjection) -> Text | None:
    """Why property an outsider claims is not sold, handed over or paid out now; None where it may be.

    While the objection is not ruled on and while an action can be brought or is under way (CPI 313, 463); once it is halted
    by ruling until an action decides otherwise (CPL 238; CPI 312).
    """
    if row.kind is not ObjectionKind.PROPERTY or row.state is ObjectionState.FELL or row.outcome == "enforced":
        return None
    if row.state is ObjectionState.OPEN:
        return T("The court has not ruled yet on the objection of %(name)s.", name=who_objects(case, row))
    if row.state is ObjectionState.FOUNDED or row.outcome == "not_enforced":
        return T("The enforcement of it is halted, because of a right of %(name)s.", name=who_objects(case, row))
    if row.suit_id is not None:
        return T("An action of %(name)s about it is under way.", name=who_objects(case, row))
    reached = (
        row.served_on is not None
        if row.party_id is None
        else any(
            # One that ended runs from no service that holds: the ruling is served again (OLR 31).
            window.state is not WindowState.ENDED
            for window in sitting.windows(case, ACTION, state=None, subject=row.reference)
        )
    )
    if not reached or can_go_on(sitting, case, row, ACTION):
        return T("%(name)s can still bring an action about it.", name=who_objects(case, row))
    return None


def is_replaced(session: Session, case: Case, entry: int | None) -> bool:
    """Whether the ruling of an entry on an objection has no effect any more: the higher court changed it (CPL 236), or the judgment
    in the action took its place (CPI 312).
    """
    row = next((one for one in objections_of(session, case, *RULED) if one.ruled_entry == entry), None)
    if row is None:
        return False
    otherwise = "enforced" if row.state is ObjectionState.FOUNDED else "not_enforced"
    return row.outcome in ("changed", otherwise)
