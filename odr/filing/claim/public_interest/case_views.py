"""On the case page: that it is an action in the public interest, what of it was found, and what is next. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Stage
from odr.filing import names
from odr.filing.claim.procedure_bars import missing_of_panel, wide_panel_of
from odr.filing.claim.public_interest.acts import CONDITION_WORDS
from odr.filing.claim.public_interest.queries import bringer_of, finding_of, may_go_on, public_interest_of
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """What an action in the public interest is, who brings it, what the court found and what comes next."""
    if public_interest_of(sitting, case) is None or actor.role not in PARTY_ROLES | COURT_ROLES:
        return None
    found, bringer = finding_of(sitting, case), bringer_of(sitting, case)
    act = sitting.court.table[names.FIND_PUBLIC_INTEREST]
    data = {
        "bringer": bringer.title if bringer is not None else None,
        "entry": found.entry if found is not None else None,
        "lacks": [CONDITION_WORDS[one] for one in found.lacks] if found is not None else [],
        "next": _next(sitting, case),
        "act": act if refusal(sitting, act, case, actor) is None else None,
    }
    return Panel("main", 4, "filing/_public_interest.html", data)


def _next(sitting: Sitting, case: Case) -> Text | None:
    """What the court does next, as far as it is about the interest of the public."""
    if case.stage in (Stage.LODGED, Stage.PENDING) and not may_go_on(sitting, case):
        return T("Next the court checks whether the action may be brought. Until then no hearing is opened.")
    wide = wide_panel_of(sitting, case)
    if wide is None or case.stage not in (Stage.PENDING, Stage.HEARING) or not missing_of_panel(sitting, case):
        return None
    return T(
        "A panel of %(size)s hears the case: %(judges)s judges and %(assessors)s assessors, drawn by lot. Until all of them sit no hearing is opened.",
        size=wide.size,
        judges=wide.judges,
        assessors=wide.assessors,
    )
