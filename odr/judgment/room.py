"""What the room of judgment brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Party
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.judgment.decision import acts as decision_acts, case_views as decision_case_views, exhibit_views
from odr.judgment.decision.partial_agreement import agreement_of_some_to_answer
from odr.judgment.enforcement import accounts, acts as enforcement_acts, effect
from odr.judgment.enforcement.audit import audit_orders
from odr.judgment.enforcement.case_views import halted_panel
from odr.judgment.enforcement.owed import owed_by_decision
from odr.judgment.enforcement.part import part_stage
from odr.judgment.enforcement_remedies.deferral import after as deferral_after
from odr.judgment.enforcement_remedies.deferral.panel import deferral_panel
from odr.judgment.enforcement_remedies.for_now.queries import search_panel
from odr.judgment.enforcement_remedies.objections import acts as objection_acts, after as objections
from odr.judgment.enforcement_remedies.objections.audit import audit_case_objections
from odr.judgment.enforcement_remedies.objections.from_outside import put_objections
from odr.judgment.enforcement_remedies.objections.panel import objections_panel
from odr.judgment.enforcement_remedies.objections.sides import closed_procedures, suit_panel
from odr.judgment.enforcement_remedies.outsider_action import (
    acts as outsider_acts,
    attacked as outsider_attacked,
    halt as outsider_halt,
)
from odr.judgment.enforcement_remedies.outsider_action.panel import outsider_panel
from odr.judgment.enforcement_remedies.outsider_action.put import put_actions
from odr.judgment.enforcement_remedies.successors.panel import successors_panel
from odr.judgment.group import judgments
from odr.judgment.group.judgments import pronounced
from odr.judgment.meetings import signing as meetings_signing
from odr.judgment.meetings.acts import READERS
from odr.judgment.meetings.queries import meetings_of
from odr.judgment.panel import pronouncing
from odr.judgment.payment_order import effect as order_effect, lawsuit
from odr.judgment.payment_order.case_views import order_panel
from odr.judgment.payment_order.next_step import order_step
from odr.judgment.preservation import (
    acts as preservation_acts,
    before_claim,
    case_views as preservation_case_views,
    going_along,
    reviews,
    term,
)
from odr.judgment.preservation.duty_judge import duty_today
from odr.judgment.remedies import (
    appeal,
    heard_anew,
    motions,
    retrial_here,
    service_fell,
    statement_time,
    without_object,
)
from odr.judgment.remedies.retrial_subject import retrial_panel
from odr.judgment.remedies.supervision.advice import advice_overdue
from odr.procedure.acts.events import (
    AccountNamed,
    BenchChanged,
    CaseClosed,
    CaseJoined,
    ClaimAccepted,
    ClaimIsChanging,
    ClaimSevered,
    EnforcementRuns,
    ExaminationClosed,
    ExaminationResumed,
    FeeLapsed,
    InstrumentSetAside,
    RetrialEnded,
    Served,
    ServiceFell,
    SettlementReached,
    TimeGivenBack,
)
from odr.procedure.hooks import DeskPage, NavItem, Panel, Room, on

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def sum_ordered(sitting: Sitting, case: Case, party: Party, occasion: str, number: int) -> Money | None:
    """What the decision that is served orders the addressee to pay, without interest."""
    served = [d for d in pronounced(sitting.session, case) if d.served_entry == number]
    orders = [o.amount for d in served for o in d.orders if party.id in o.debtors and o.amount is not None]
    return Money(sum(o.minor for o in orders), orders[0].currency) if orders else None


def meetings_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """For who decides, the president and the clerk: that the case was put before a body of the court."""
    if actor.role.value not in READERS:
        return None
    count = len(meetings_of(sitting.session, case))
    return Panel("aside", 30, "judgment/_meetings.html", {"count": count}) if count else None


ROOM = Room(
    name="judgment",
    elsewhere=(duty_today,),
    routes=(
        "odr.judgment.panel.pages:judgment",
        "odr.judgment.draft.pages:drafting",
        "odr.judgment.draft.pages:blocks",
        "odr.judgment.preservation.pages:before",
        "odr.judgment.enforcement.pages:enforcement",
        "odr.judgment.enforcement.account_pages:accounts",
        "odr.judgment.meetings.pages:meetings",
        "odr.judgment.payment_order.pages:payment_order",
        "odr.judgment.enforcement_remedies.objections.pages:objecting",
    ),
    on_lapse={
        "cooling_off": decision_acts.rested,
        "appeal_judgment": effect.appeal_lapsed,
        "appeal_answer": appeal.answer_lapsed,
        "appeal_file": appeal.file_overdue,
        "performance": effect.performance_lapsed,
        "enforcement_deferral": deferral_after.deferral_over,
        "enforcement_inaction": enforcement_acts.inaction,
        "enforcement_objection": objection_acts.ruling_late,
        "enforcement_objection_action": objections.no_action,
        "outsider_action_review": outsider_acts.review_overdue,
        "prosecution_advice": advice_overdue,
        "retrial_review": retrial_here.review_overdue,
        "preservation_ruling": motions.ruling_overdue,
        "preservation_claim": before_claim.claim_did_not_follow,
        "preservation_review": before_claim.review_over,
        "preservation_term": term.term_over,
        "payment_order_issue": order_effect.not_made_in_time,
        "payment_order_lawsuit": lawsuit.lawsuit_lapsed,
        "payment_order_objection": order_effect.objection_lapsed,
        "payment_order_service": order_effect.not_served,
    },
    on_event=(
        on(AccountNamed, accounts.on_account_named),
        on(BenchChanged, heard_anew.on_bench_changed),
        on(ClaimAccepted, judgments.tell_the_judge, outsider_acts.on_accepted),
        on(ClaimIsChanging, decision_acts.claim_is_changing),
        on(ExaminationClosed, decision_acts.begin_deliberation),
        on(ExaminationResumed, decision_acts.leave_deliberation),
        on(
            Served,
            decision_acts.on_served,
            appeal.on_served,
            reviews.review_begins,
            retrial_here.on_served,
            objections.on_served,
            outsider_attacked.on_served,
            order_effect.on_served,
        ),
        on(
            ServiceFell,
            service_fell.on_service_fell,
            objections.on_service_fell,
            outsider_attacked.on_service_fell,
            order_effect.on_service_fell,
        ),
        on(TimeGivenBack, service_fell.on_time_given_back, order_effect.on_time_given_back),
        on(CaseJoined, going_along.on_case_joined),
        on(ClaimSevered, going_along.on_claim_severed),
        on(CaseClosed, preservation_acts.case_over, without_object.on_case_closed, order_effect.on_case_closed),
        on(SettlementReached, effect.settled, preservation_acts.case_settled, without_object.on_settled),
        on(EnforcementRuns, outsider_halt.on_enforcement_runs),
        on(RetrialEnded, without_object.on_retrial_ended),
        on(InstrumentSetAside, effect.on_set_aside),
        on(FeeLapsed, appeal.appeal_fee_lapsed),
    ),
    after_act=(before_claim.tell_when_carried_out,),
    confided=(accounts.never_kept_open,),
    panels=(
        decision_case_views.desk_panel,
        decision_case_views.decision_panel,
        preservation_case_views.preserved_panel,
        order_panel,
        judgments.applied_panel,
        halted_panel,
        retrial_panel,
        search_panel,
        deferral_panel,
        successors_panel,
        objections_panel,
        suit_panel,
        outsider_panel,
        exhibit_views.exhibits_panel,
        meetings_panel,
    ),
    sweeps={
        "objections from outside": put_objections,
        "actions of outsiders": put_actions,
        "preservations": before_claim.end_with_claims,
        "times of mediation statements": statement_time.record_times,
        "terms of preservations": term.note_terms,
        "minutes": meetings_signing.file_signed,
    },
    desk_pages=(DeskPage("meetings.mine", T("Minutes of meetings"), 66),),
    nav=(NavItem("decision", "judgment.decision", T("Decision"), 60),),
    bars=(pronouncing.the_judgment_is_spoken, decision_acts.what_is_signed_is_taken_back_first),
    audits=(audit_orders, audit_case_objections),
    procedure_bars=(closed_procedures,),
    costs_borne=effect.costs_borne,
    part_stage=part_stage,
    steps=(order_step,),
    owed=(agreement_of_some_to_answer, owed_by_decision),
    sums=(sum_ordered,),
)
