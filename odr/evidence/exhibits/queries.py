"""The exhibits of a case."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from odr.docket.models import Case
from odr.evidence.models import OF_PARTIES, Exhibit, Upload
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once


@remembered
def exhibits_of(session: Session, case: Case) -> list[Exhibit]:
    """Every exhibit in the order it came, whatever became of it; with its file, whose erasure a page has to tell."""
    query = built_once(
        lambda: (
            select(Exhibit)
            .where(Exhibit.case_id == case.id)
            .order_by(Exhibit.id)
            .options(joinedload(Exhibit.upload).joinedload(Upload.blob))
        )
    )
    return list(session.scalars(query))


def brought_any(session: Session, case: Case, party_id: int | None) -> bool:
    """Whether a party has brought an exhibit."""
    one = built_once(
        lambda: (
            select(Exhibit.id)
            .where(Exhibit.case_id == case.id, Exhibit.party_id == party_id, Exhibit.of_court.in_(OF_PARTIES))
            .limit(1)
        )
    )
    return session.scalar(one) is not None
