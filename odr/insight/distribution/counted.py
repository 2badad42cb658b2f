"""For the worker: the rows of how seats came about are made into one for each day and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from odr.ground.db import Database
from odr.insight.distribution.models import LotChange
from odr.insight.distribution.triggers import counted_anew
from odr.procedure.case.desk_counts import folding
from odr.procedure.case.desk_counts.folding import NEW

if TYPE_CHECKING:
    from odr.procedure.court import Court


def fold_lots(court: Court) -> int:
    """Some of them in every round. Gives how many were folded."""
    return fold(court.database)


def fold(database: Database, at_least: int = NEW // 10) -> int:
    """A round of it; nothing where fewer than so many are new."""
    return folding.fold(database, LotChange, ("what", "day"), at_least)


def count_anew(session: Session) -> None:
    """Count every draw and seat: for whoever wrote past the triggers."""
    session.execute(delete(LotChange))
    for statement in counted_anew(session.get_bind().dialect.name):
        session.execute(text(statement))
