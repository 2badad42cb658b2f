"""What the room of settlement brings."""

from __future__ import annotations

from odr.procedure.events import DecisionIssued, Served, StepsChosen
from odr.procedure.hooks import Room, on
from odr.settlement import (
    acts_agreement,
    acts_confirmation,
    acts_mediation,
    acts_offers,
    on_the_spot,
    views,
    views_before,
)

ROOM = Room(
    name="settlement",
    routes=(
        "odr.settlement.routes:settlement",
        "odr.settlement.routes_one_key:one_key_pages",
        "odr.settlement.routes_before:mediation_pages",
    ),
    commands=("odr.settlement.cli:group",),
    on_lapse={
        "offer": acts_offers.offer_lapsed,
        "mediator_choice": acts_mediation.choice_lapsed,
        "mediator_acceptance": acts_mediation.acceptance_lapsed,
        "mediation": acts_mediation.mediation_lapsed,
        "mediator_designation": acts_mediation.designation_due,
        "confirmation_application": acts_confirmation.application_lapsed,
        "confirmation_review": acts_confirmation.review_overdue,
        "confirmation_supplement": acts_confirmation.supplement_lapsed,
    },
    on_event=(
        on(DecisionIssued, acts_agreement.shut),
        on(Served, acts_confirmation.on_served),
        on(StepsChosen, on_the_spot.on_steps_chosen),
    ),
    panels=(views.room_panel, views.court_panel, views_before.before_panel, views_before.judge_panel),
)
