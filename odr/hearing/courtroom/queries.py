"""Finding the rows of the courtroom that a reference in an input means, as far as the actor may see them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.hearing import names
from odr.hearing.models import Hearing, Motion
from odr.hearing.queries import row_named
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@resolver("motion")
def find_motion(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Motion | None:
    """A motion about the way the hearing is held."""
    return row_named(sitting, case, Motion, reference)


MOVES = frozenset({names.ADJOURN_HEARING, names.RULE_ON_ADJOURNMENT, names.MOVE_HEARING})
"""Acts that put a hearing off or move it, or say that it takes place all the same."""


def hour_put_off(sitting: Sitting, case: Case, entry: DocketEntry) -> datetime | None:
    """When the hearing was to begin that an entry puts off or moves; None for an entry that does not."""
    if entry.act not in MOVES:
        return None
    told = json.loads(entry.payload)["result"]
    named = told.get("instead_of") or told.get("hearing")
    return sitting.session.scalar(
        select(Hearing.begins_at).where(Hearing.case_id == case.id, Hearing.reference == named)
    )
