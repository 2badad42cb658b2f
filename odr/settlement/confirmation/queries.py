"""Finding the confirmation of an agreement."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.memory.built_once import built_once
from odr.settlement.models import Confirmation


def confirmation_of(session: Session, case: Case) -> Confirmation | None:
    """The application behind a case of confirmation."""
    return session.scalar(built_once(lambda: select(Confirmation).where(Confirmation.case_id == case.id)))
