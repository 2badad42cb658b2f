"""What the room of judgment brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.judgment import (
    acts,
    acts_appeal,
    acts_before,
    acts_motions,
    acts_performance,
    acts_preservation,
    applying,
    effect,
    views,
    views_before,
)
from odr.judgment.audit_orders import audit_orders
from odr.procedure.events import (
    CaseClosed,
    ClaimAccepted,
    ExaminationClosed,
    FeeLapsed,
    InstrumentSetAside,
    Served,
    SettlementReached,
)
from odr.procedure.hooks import NavItem, Room, on
from odr.text import T

if TYPE_CHECKING:
    pass


ROOM = Room(
    name="judgment",
    routes=("odr.judgment.routes_panel:judgment", "odr.judgment.routes_before:before"),
    on_lapse={
        "cooling_off": acts.rested,
        "appeal_judgment": effect.appeal_lapsed,
        "appeal_answer": acts_appeal.answer_lapsed,
        "appeal_file": acts_appeal.file_overdue,
        "performance": effect.performance_lapsed,
        "enforcement_inaction": acts_performance.inaction,
        "preservation_ruling": acts_motions.ruling_overdue,
        "preservation_claim": acts_before.claim_did_not_follow,
        "preservation_review": acts_before.review_over,
    },
    on_event=(
        on(ClaimAccepted, applying.tell_the_judge),
        on(ExaminationClosed, acts.begin_deliberation),
        on(Served, acts.on_served, acts_preservation.review_begins),
        on(CaseClosed, acts_preservation.case_over),
        on(SettlementReached, effect.settled),
        on(InstrumentSetAside, effect.on_set_aside),
        on(FeeLapsed, acts_appeal.appeal_fee_lapsed),
    ),
    after_act=(acts_before.tell_when_carried_out,),
    panels=(views.decision_panel, views_before.preserved_panel, applying.applied_panel),
    sweeps={"preservations": acts_before.end_with_claims},
    nav=(NavItem("decision", "judgment.decision", T("Decision"), 60),),
    audits=(audit_orders,),
)
