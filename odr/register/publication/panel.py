"""On the page of a case: what is to be public of its decisions, and where it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import DECIDING_ROLES, PARTY_ROLES, Case, Role
from odr.procedure.hooks import Panel
from odr.register.publication.models import PublicationState
from odr.register.publication.rules_of_acts import NUMBERED, publications_of, waits_after_objection

if TYPE_CHECKING:
    from odr.identity.actors import Actor
    from odr.procedure.sitting import Sitting

READERS = PARTY_ROLES | DECIDING_ROLES | {Role.CLERK, Role.PRESIDENT}
READABLE = (PublicationState.PROPOSED, PublicationState.APPROVED)


def publication_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The numbered decisions of the case with what became of each; none before there is one."""
    if case.stage not in NUMBERED or actor.role not in READERS:
        return None
    rows = publications_of(sitting.session, case)
    told = {
        "rows": [(row, waits_after_objection(sitting.session, row)) for row in rows],
        "states": PublicationState,
        "readable": READABLE,
        "reference": case.reference,
    }
    return Panel("below", 70, "register/publication/_panel.html", told) if rows else None
