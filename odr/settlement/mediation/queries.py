"""Finding the moderation of a private room."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.settlement.models import Moderation


@remembered
def moderation_of(session: Session, case: Case) -> Moderation | None:
    """The moderation that is not over."""
    return session.scalar(
        built_once(lambda: select(Moderation).where(Moderation.case_id == case.id, Moderation.ended_entry.is_(None)))
    )
