"""The page of inspections: what is asked for, where and when the court looks, what was seen, who signed."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template

from odr.docket.models import Case
from odr.docket.visibility import READS_FILE
from odr.evidence import names
from odr.evidence.inspections.queries import inspections_of, title_of
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for
from odr.web.guards import case_page, current_session
from odr.web.pages import Page, look

inspections = Blueprint("inspections", __name__, url_prefix="/cases/<reference>/inspections")
ACTS = {
    names.ASK_FOR_INSPECTION,
    names.RULE_ON_INSPECTION,
    names.ORDER_INSPECTION,
    names.CHANGE_INSPECTION,
    names.NOTE_FOR_INSPECTION,
    names.RECORD_INSPECTION,
    names.SIGN_INSPECTION,
}


@inspections.get("")
@case_page(*READS_FILE)
def listing(case: Case, actor: Actor) -> Page:
    """Every inspection of the case with its hour, its notes, its record and who signed it."""
    rows = inspections_of(current_session(), case)
    return render_template(
        "evidence/inspections.html",
        case=case,
        actor=actor,
        rows=rows,
        titles={one.id: title_of(case, one) for one in rows},
        parties={p.id: p.name for p in case.parties},
        held_on={one.id: date.fromisoformat(one.record["on"]) for one in rows if one.record},
        by_label={p.label: p.name for p in case.parties},
        acts=[one for one in acts_for(look(), case, actor) if one.is_open and one.act.name in ACTS],
        tab="exhibits",
    )
