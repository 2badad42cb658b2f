"""What the room of settlement brings."""

from __future__ import annotations

from odr.ground.text import T
from odr.procedure.acts.events import CaseClosed, DecisionIssued, Served, StepsChosen
from odr.procedure.hooks import DeskPage, Room, on
from odr.settlement.before_filing import case_views as before_filing_case_views
from odr.settlement.confirmation import acts as confirmation_acts
from odr.settlement.mediation import acts as mediation_acts, in_person, ties
from odr.settlement.mediation.next_step import mediation_owed, mediation_step
from odr.settlement.offers import acts as offers_acts, agreement_acts, case_views as offers_case_views
from odr.settlement.offers.next_step import agreement_owed, offer_step
from odr.settlement.queries import binding_statement
from odr.settlement.statement import announced

ROOM = Room(
    name="settlement",
    routes=(
        "odr.settlement.offers.pages:settlement",
        "odr.settlement.one_key.pages:one_key_pages",
        "odr.settlement.before_filing.pages:mediation_pages",
        "odr.settlement.mediators.pages:mediators",
        "odr.settlement.statement.pages:announced",
    ),
    commands=("odr.settlement.one_key.cli:group",),
    desk_pages=(
        DeskPage("mediators.mine", T("My entry in the list of mediators"), 62),
        DeskPage("mediators.desk", T("List of mediators"), 64),
    ),
    on_lapse={
        "agreement_announcement": announced.announcement_over,
        "offer": offers_acts.offer_lapsed,
        "mediator_choice": mediation_acts.choice_lapsed,
        "mediator_acceptance": mediation_acts.acceptance_lapsed,
        "mediator_disclosure": ties.disclosure_lapsed,
        "mediation": mediation_acts.mediation_lapsed,
        "mediator_designation": mediation_acts.designation_due,
        "confirmation_application": confirmation_acts.application_lapsed,
        "confirmation_review": confirmation_acts.review_overdue,
        "confirmation_supplement": confirmation_acts.supplement_lapsed,
    },
    on_event=(
        on(DecisionIssued, agreement_acts.shut),
        on(CaseClosed, agreement_acts.shut),
        on(Served, confirmation_acts.on_served),
        on(StepsChosen, in_person.on_steps_chosen),
    ),
    bars=(announced.settled_by_statement_alone,),
    binding_statement=binding_statement,
    steps=(offer_step, mediation_step),
    owed=(agreement_owed, mediation_owed),
    panels=(
        offers_case_views.room_panel,
        offers_case_views.court_panel,
        before_filing_case_views.before_panel,
        before_filing_case_views.judge_panel,
    ),
)
