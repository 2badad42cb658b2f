"""What the room of settlement brings."""

from __future__ import annotations

from odr.procedure.hooks import Room
from odr.settlement import acts_agreement, acts_mediation, acts_offers, views

ROOM = Room(
    name="settlement",
    acts=(
        "odr.settlement.acts_offers",
        "odr.settlement.acts_agreement",
        "odr.settlement.acts_statement",
        "odr.settlement.acts_mediation",
        "odr.settlement.acts_simple",
        "odr.settlement.choices",
    ),
    routes=("odr.settlement.routes:settlement", "odr.settlement.routes_one_key:one_key_pages"),
    commands=("odr.settlement.cli:group",),
    on_lapse={
        "offer": acts_offers.offer_lapsed,
        "mediator_choice": acts_mediation.choice_lapsed,
        "mediator_acceptance": acts_mediation.acceptance_lapsed,
        "mediation": acts_mediation.mediation_lapsed,
    },
    on_event={"decision_issued": acts_agreement.shut},
    panels=(views.room_panel, views.court_panel),
)
