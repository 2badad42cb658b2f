"""The same bytes in several cases: a sign that it may be the same dispute (CPI 247). Nothing of the files is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from odr.evidence.models import Exhibit, ExhibitSeal, Upload

COMMON = 5
"""A file that lies in more other cases than this, such as a platform's terms, tells nothing of one dispute."""


def cases_with_same_files(session: Session, case_id: int | None, uploads: Sequence[str] = ()) -> Mapping[int, int]:
    """How many files of a case, or of uploads by their references, lie byte for byte in each other case.

    What is under seal is not looked for, in neither case.
    """
    mine = select(Upload.sha256).where(Upload.sha256.is_not(None))
    if case_id is not None:
        mine = mine.join(Exhibit, Exhibit.upload_id == Upload.id).where(Exhibit.case_id == case_id, ~_is_sealed())
    else:
        mine = mine.where(Upload.reference.in_(uploads))
    digests = set(session.scalars(mine))
    if not digests:
        return {}
    rows = session.execute(
        select(Upload.sha256, Exhibit.case_id)
        .join(Exhibit, Exhibit.upload_id == Upload.id)
        .where(Upload.sha256.in_(digests), ~_is_sealed())
        .distinct()
    )
    lies: dict[str, set[int]] = {}
    for digest, other in rows:
        if other != case_id and digest is not None:
            lies.setdefault(digest, set()).add(other)
    found: dict[int, int] = {}
    for cases in lies.values():
        for other in cases if len(cases) <= COMMON else ():
            found[other] = found.get(other, 0) + 1
    return found


def _is_sealed() -> ColumnElement[bool]:
    return exists().where(ExhibitSeal.exhibit_id == Exhibit.id).correlate(Exhibit)
