"""What the room of judgment brings."""

from __future__ import annotations

from odr.judgment import acts, acts_appeal, acts_motions, acts_performance, effect, views
from odr.procedure.hooks import NavItem, Room
from odr.text import T

ROOM = Room(
    name="judgment",
    acts=("odr.judgment.acts", "odr.judgment.acts_appeal", "odr.judgment.acts_performance", "odr.judgment.acts_motions", "odr.judgment.choices"),
    routes=("odr.judgment.routes:judgment",),
    on_lapse={
        "cooling_off": acts.rested,
        "appeal_judgment": effect.appeal_lapsed,
        "performance": effect.performance_lapsed,
        "enforcement_inaction": acts_performance.inaction,
        "preservation_ruling": acts_motions.ruling_overdue,
    },
    on_event={
        "examination_closed": acts.begin_deliberation,
        "served": acts.on_served,
        "settlement_reached": effect.settled,
        "fee_lapsed": acts_appeal.appeal_fee_lapsed,
    },
    panels=(views.decision_panel,),
    nav=(NavItem("decision", "judgment.decision", T("Decision"), 60),),
)
