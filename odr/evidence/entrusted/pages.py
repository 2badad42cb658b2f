"""The page of inquiries by other courts: what was asked, until when, what came of it."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.docket.models import Case
from odr.docket.visibility import READS_FILE
from odr.evidence import names
from odr.evidence.entrusted.queries import WINDOW, inquiries_of
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for
from odr.web.guards import case_page, current_session
from odr.web.pages import Page, look

entrusted = Blueprint("entrusted", __name__, url_prefix="/cases/<reference>/entrusted")
ACTS = {names.ENTRUST_INQUIRY, names.RECORD_ENTRUSTED_RECEIVED, names.RECORD_ENTRUSTED_ANSWER}


@entrusted.get("")
@case_page(*READS_FILE)
def listing(case: Case, actor: Actor) -> Page:
    """Every inquiry with which another court is entrusted, with its thirty days and its answer."""
    sitting, rows = look(), inquiries_of(current_session(), case)
    windows = {one.id: sitting.windows(case, WINDOW, state=None, subject=one.reference) for one in rows}
    return render_template(
        "evidence/entrusted.html",
        case=case,
        actor=actor,
        rows=rows,
        windows={number: found[-1] for number, found in windows.items() if found},
        acts=[one for one in acts_for(sitting, case, actor) if one.is_open and one.act.name in ACTS],
        tab="exhibits",
    )
