"""The ledger of consent, for everybody of the case."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case
from odr.hearing.mode.consents import ledger_of
from odr.identity.actors import Actor
from odr.web.guards import case_page, current_session

ledger = Blueprint("ledger", __name__)


@ledger.get("/cases/<reference>/consents")
@case_page(*PARTY_ROLES, *COURT_ROLES)
def consents(case: Case, actor: Actor) -> str:
    """Who takes part online in which step, since when and by which entry."""
    return render_template(
        "hearing/consents.html", case=case, actor=actor, accounts=ledger_of(current_session(), case), tab="overview"
    )
