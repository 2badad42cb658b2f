"""What somebody outside wrote about the case of a number, kept until it stands on its docket.

Whoever writes hears the same whether there is such a case or not, and as fast: it is put on the docket right after, by whoever
does the worker's work, and where it cannot be nobody is told. Only what the court decides tells that there is such a case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.ground.background import each_alone
from odr.ground.errors import CourtError
from odr.ground.memory.built_once import built_once

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

Put = Callable[["Sitting", Any, dict[str, Any]], None]
"""(Sitting, row, what was written) → it stands on the docket of its case, if there is one."""
log = logging.getLogger("odr.filing")


def put_on_dockets(court: Court, table: Any, put: Put, failed: str, limit: int) -> int:
    """The worker's step: put what is kept in a table, in ``given``, on dockets; what names no case rests. Gives how many. ``failed``
    says in the operators' log what could not be put.
    """
    with court.database.read() as session:
        found = session.scalars(
            built_once(lambda: select(table.id).where(table.given.is_not(None)).order_by(table.id).limit(limit))
        ).all()
    return each_alone(found, partial(_put, court, table, put), failed)


def _put(court: Court, table: Any, put: Put, number: int) -> bool:
    try:
        with court.sit() as sitting:
            row = sitting.session.get_one(table, number, with_for_update=True, populate_existing=True)
            if row.given is None:
                return False
            given, row.given = row.given, None
            put(sitting, row, given)
    except CourtError as error:
        # Too late, there already, or a party has this name: whoever wrote is not told of it, and nothing of it is recorded.
        log.info("what somebody outside wrote rests: %s", type(error).__name__)
        with court.database.write() as session:
            session.get_one(table, number).given = None
    return True
