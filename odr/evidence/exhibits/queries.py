"""The exhibits of a case."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from odr.docket.models import Case
from odr.evidence.models import Exhibit, Upload
from odr.ground.memory.asked_once import remembered


@remembered
def exhibits_of(session: Session, case: Case) -> list[Exhibit]:
    """Every exhibit in the order it came, whatever became of it; with its file, whose erasure a page has to tell."""
    query = select(Exhibit).where(Exhibit.case_id == case.id).order_by(Exhibit.id)
    return list(session.scalars(query.options(joinedload(Exhibit.upload).joinedload(Upload.blob))))
