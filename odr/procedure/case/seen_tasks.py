"""What somebody may know of what lies on the desks of the court: a task says who has something to do and by when, and that alone
tells the other side of a freeze asked for, or a judge of a complaint about them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, select
from sqlalchemy.orm import Session

from odr.docket.models import Audience, DocketEntry, Role
from odr.docket.visibility import Viewer, may_read
from odr.identity.actors import Actor
from odr.procedure.models import Task, Window


def _entry_of(row: type[Task] | type[Window]) -> ColumnElement[bool]:
    return and_(DocketEntry.case_id == row.case_id, DocketEntry.number == row.opened_by)


ENTRY = _entry_of(Task)
"""The entry with which a task came, for an outer join."""
READERS: Sequence[Any] = (DocketEntry.audience, DocketEntry.party_id, DocketEntry.named)
"""By what of that entry :func:`may_know` decides."""


def may_know(viewer: Viewer, audience: Audience | None, party_id: int | None, named: list[str] | None) -> bool:
    """Whether a viewer may know of a task that came with such an entry: whoever reads the entry. Of one that names none
    (None), as those of before, everybody may.
    """
    return audience is None or may_read(viewer, audience, party_id, named if audience is Audience.NAMED else None)


def not_known_to(role: Role, of: type[Task] | type[Window] = Task) -> ColumnElement[bool]:
    """As :func:`may_know` for somebody of the court, in a query of tasks, or of time limits: those they may not know of."""
    kept = DocketEntry.audience.in_([one for one in Audience if not may_know(Actor(role), one, None, [role.value])])
    unnamed = and_(
        DocketEntry.audience == Audience.NAMED, cast(DocketEntry.named, String).not_like(f'%"{role.value}"%')
    )
    return exists().where(_entry_of(of), kept | unnamed).correlate(of)


def open_tasks(session: Session, cases: Collection[int], viewer: Viewer) -> list[Task]:
    """What lies open in some cases on the viewer's own desk, and on others' as far as the viewer may know of it: what weighs most
    first.
    """
    query = (
        select(Task, *READERS)
        .outerjoin(DocketEntry, ENTRY)
        .where(Task.case_id.in_(cases), Task.done_at.is_(None))
        .order_by(Task.risk.desc(), Task.id)
    )
    return [task for task, *readers in session.execute(query) if task.role is viewer.role or may_know(viewer, *readers)]
