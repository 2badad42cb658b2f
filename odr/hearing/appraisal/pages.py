"""Pages of appraisals: for parties and court all of them, for an expert their own."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Role
from odr.docket.queries import documents
from odr.docket.visibility import reads_document
from odr.evidence.models import Exhibit
from odr.hearing import names
from odr.hearing.appraisal.attendance_rules import call_views
from odr.hearing.appraisal.models import Appraisal
from odr.hearing.appraisal.queries import REPORT, agreed, appraisals_of, fee_of, latest_choices, mine, report_opinions
from odr.hearing.examination.case_views import put_exhibits
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for
from odr.web.guards import case_page, current_session
from odr.web.pages import look

appraisals = Blueprint("appraisals", __name__, url_prefix="/cases/<reference>/examination")
ACTS = {
    names.CALL_FOR_APPRAISAL,
    names.ASK_FOR_APPRAISAL,
    names.RULE_ON_APPRAISAL,
    names.ORDER_APPRAISAL,
    names.CHOOSE_EXPERT,
    names.APPOINT_EXPERT,
    names.END_APPRAISAL,
    names.OBJECT_TO_REPORT,
    names.UNDERTAKE_APPRAISAL,
    names.CONFIRM_EXPERT_FEE,
    names.SUBMIT_REPORT,
    names.ANSWER_OBJECTION,
    names.CALL_EXPERT,
    names.FIND_ON_ATTENDANCE_FEE,
    names.SETTLE_ATTENDANCE,
}


@appraisals.get("/appraisals")
@case_page(*PARTY_ROLES, *COURT_ROLES)
def listing(case: Case, actor: Actor) -> str:
    """Every appraisal of the case: what is asked, who is the expert, their report, objections and answers."""
    return _page(case, actor, appraisals_of(current_session(), case), False)


@appraisals.get("/commission")
@case_page(Role.EXPERT)
def own(case: Case, actor: Actor) -> str:
    """The expert's own appraisals: questions, exhibits, who pays, objections."""
    return _page(case, actor, mine(current_session(), case, actor), True)


def _page(case: Case, actor: Actor, rows: list[Appraisal], is_expert: bool) -> str:
    session, sitting = current_session(), look()
    seen = put_exhibits(sitting, case, actor) if is_expert else set()
    materials = {
        i: e
        for row in rows
        for i in row.materials
        if (e := session.get(Exhibit, i)) is not None and (not is_expert or i in seen)
    }
    papers = {d.id: d.reference for d in documents(session, case) if reads_document(actor, d)}
    return render_template(
        "hearing/appraisals.html",
        case=case,
        actor=actor,
        rows=rows,
        is_expert=is_expert,
        materials=materials,
        papers=papers,
        parties={p.id: p for p in case.parties},
        acts=[a for a in acts_for(sitting, case, actor) if a.is_open and a.act.name in ACTS],
        fees={r.id: fee_of(r) for r in rows},
        choices={r.id: latest_choices(r) for r in rows},
        agreed={r.id: agreed(case, r) for r in rows},
        calls={r.id: call_views(sitting, case, r) for r in rows},
        opinions=report_opinions(session, case),
        dues={w.subject: w.due_at for w in sitting.windows(case, REPORT)},
        tab="examination",
    )
