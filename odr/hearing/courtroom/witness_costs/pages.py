"""The page of what witnesses are paid: for parties and court all of it, for a witness their own."""

from __future__ import annotations

from flask import Blueprint, render_template

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Role
from odr.hearing import names
from odr.hearing.courtroom.witness_costs.acts import standards, stated_words
from odr.hearing.courtroom.witness_costs.models import WitnessCost
from odr.hearing.courtroom.witness_costs.queries import WINDOW, costs_of, notice_of
from odr.identity.actors import Actor
from odr.payments.fee.scales import FeeStep
from odr.procedure.acts.availability import acts_for
from odr.procedure.models import Window
from odr.web.guards import case_page, current_session
from odr.web.pages import look

witness_costs = Blueprint("witness_costs", __name__, url_prefix="/cases/<reference>/examination")
ACTS = {names.STATE_WITNESS_COSTS, names.RULE_ON_WITNESS_COSTS, names.PAY_WITNESS, names.CALL_WITNESS}


@witness_costs.get("/witness-costs")
@case_page(*PARTY_ROLES, *COURT_ROLES, Role.WITNESS)
def listing(case: Case, actor: Actor) -> str:
    """What coming costs each witness: as stated, as allowed with every step, who advances it, and that it was paid."""
    sitting, is_witness = look(), actor.role is Role.WITNESS
    pack = sitting.pack(case)
    rows = [
        row for row in costs_of(current_session(), case) if not is_witness or row.witness.account_id == actor.account_id
    ]

    def window_of(row: WitnessCost) -> Window | None:
        notice = notice_of(sitting.session, row)
        found = sitting.windows(case, WINDOW, state=None, subject=notice.reference) if notice is not None else []
        return found[-1] if found else None

    steps = {row.id: [FeeStep.from_json(step) for step in row.working] for row in rows}
    return render_template(
        "hearing/witness_costs.html",
        case=case,
        actor=actor,
        is_witness=is_witness,
        rows=rows,
        stated={row.id: stated_words(row) for row in rows},
        steps=steps,
        articles={step.article: pack.cite(step.article) for found in steps.values() for step in found},
        payers={row.id: case.party_if_any(row.witness.called_by) for row in rows},
        windows={row.id: window_of(row) for row in rows},
        standards=standards(sitting, case, actor),
        acts=[one for one in acts_for(sitting, case, actor) if one.is_open and one.act.name in ACTS],
        tab="examination",
    )
