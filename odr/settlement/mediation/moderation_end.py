"""Ending a moderation: when mediation begins, or when it is no longer wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.settlement.mediation.queries import moderation_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def end_moderation(sitting: Sitting, case: Case) -> bool:
    """Let the moderator go, if there is one: they read nothing from now on."""
    found = moderation_of(sitting.session, case)
    if found is None:
        return False
    found.ended_entry = sitting.next_number(case)
    seats = select(Seat).where(
        Seat.case_id == case.id,
        Seat.role == Role.MEDIATOR,
        Seat.account_id == found.moderator_id,
        Seat.until_at.is_(None),
    )
    for seat in sitting.session.scalars(seats):
        seat.until_at = sitting.now
    sitting.session.flush()
    return True
