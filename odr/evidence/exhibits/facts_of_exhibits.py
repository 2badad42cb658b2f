"""Which exhibits are to show which numbered fact (EV 19). No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.docket.visibility import READS_FILE
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import Exhibit, ExhibitState
from odr.identity.actors import Actor

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

STANDING = (ExhibitState.SUBMITTED, ExhibitState.LATE)
"""An exhibit that was excluded or taken back shows nothing."""


def by_fact(exhibits: list[Exhibit]) -> dict[int, list[Exhibit]]:
    """Number of a fact → the exhibits that are to show it and stand, in their order."""
    found: dict[int, list[Exhibit]] = {}
    for exhibit in exhibits:
        for number in exhibit.facts if exhibit.state in STANDING else ():
            found.setdefault(number, []).append(exhibit)
    return found


def exhibits_by_fact(sitting: Sitting, case: Case, viewer: Actor) -> dict[int, list[Exhibit]]:
    """The same for a whole case, as far as the viewer reads its exhibits."""
    if viewer.role not in READS_FILE:
        return {}
    return by_fact(exhibits_of(sitting.session, case))
