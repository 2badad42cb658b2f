"""The page of parties questioned in person: on what, when, what they undertook, and what became of it."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case
from odr.hearing import names
from odr.hearing.courtroom.party_questioning.queries import facts_of, questionings_of
from odr.hearing.courtroom.undertaking import UNDERTAKING
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for
from odr.web.guards import case_page, current_session
from odr.web.pages import look

party_questioning = Blueprint("party_questioning", __name__, url_prefix="/cases/<reference>/examination")
ACTS = {
    names.ORDER_PARTY_QUESTIONING,
    names.SIGN_PARTY_UNDERTAKING,
    names.RECORD_PARTY_QUESTIONING,
    names.RULE_ON_REFUSED_QUESTIONING,
    names.LIFT_PARTY_QUESTIONING,
}


@party_questioning.get("/questioned")
@case_page(*PARTY_ROLES, *COURT_ROLES)
def listing(case: Case, actor: Actor) -> str:
    """Every party called to be questioned in person."""
    rows = questionings_of(current_session(), case)
    return render_template(
        "hearing/party_questioning.html",
        case=case,
        actor=actor,
        rows=rows,
        facts={one.id: facts_of(current_session(), one) for one in rows},
        undertaking=UNDERTAKING,
        acts=[one for one in acts_for(look(), case, actor) if one.is_open and one.act.name in ACTS],
        tab="examination",
    )
