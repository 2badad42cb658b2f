"""What the room of judgment brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case
from odr.judgment import (
    acts,
    acts_appeal,
    acts_applied,
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
from odr.procedure.hooks import NavItem, Room
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def on_served(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """What the room's windows wait for: decisions and preservations that reached a party."""
    acts.on_served(sitting, case, facts)
    acts_preservation.review_begins(sitting, case, facts)


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
    on_event={
        "claim_accepted": applying.tell_the_judge,
        "examination_closed": acts.begin_deliberation,
        "served": on_served,
        "case_closed": acts_preservation.case_over,
        "settlement_reached": effect.settled,
        "instrument_set_aside": effect.set_aside,
        "fee_lapsed": acts_appeal.appeal_fee_lapsed,
    },
    after_act=(acts_before.tell_when_carried_out,),
    panels=(views.decision_panel, views_before.preserved_panel, applying.applied_panel),
    resolvers=acts_applied.RESOLVERS,
    sweeps={"preservations": acts_before.end_with_claims},
    nav=(NavItem("decision", "judgment.decision", T("Decision"), 60),),
    audits=(audit_orders,),
)
