"""What the payments room brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Outcome
from odr.payments import acts_at_end, acts_reminders, alarms, happenings, merging
from odr.payments.acts import fee_lapsed
from odr.payments.acts_costs import review_overdue
from odr.payments.acts_refunds import on_appeal_decided, on_claim_withdrawn, on_effective, on_ended, on_settled
from odr.payments.acts_relief import relief_overdue
from odr.payments.audit_books import audit_books
from odr.payments.reconcile import sweep as reconcile
from odr.payments.sending import sweep as send_refunds
from odr.payments.views import fee_panel
from odr.procedure.events import (
    AppealDecided,
    AppealLodged,
    CaseClosed,
    CaseEffective,
    CaseJoined,
    ClaimAccepted,
    ClaimChanged,
    ClaimLodged,
    ClaimRefused,
    ClaimSevered,
    ClaimWithdrawn,
    CounterclaimLodged,
    DecisionIssued,
    GroupMemberRegistered,
    GroupOpened,
    ObjectionFailed,
    Served,
    SettlementReached,
    ThirdPartyClaimLodged,
    TrackConverted,
)
from odr.procedure.hooks import NavItem, Room, on
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def settled(sitting: Sitting, event: SettlementReached) -> None:
    """A settlement that leaves nothing to perform ended the case: its fees are settled, those of an action of many too."""
    on_settled(sitting, event)
    if event.case.outcome is Outcome.SETTLED:
        acts_at_end.on_end_without_judgment(sitting, event)


ROOM = Room(
    name="payments",
    routes=("odr.payments.routes:payments", "odr.payments.routes_desk:paydesk"),
    on_lapse={
        "fee_payment": fee_lapsed,
        "fee_topup": fee_lapsed,
        "counterclaim_fee": fee_lapsed,
        "appeal_fee": fee_lapsed,
        "relief_decision": relief_overdue,
        "costs_review": review_overdue,
    },
    on_event=(
        on(ClaimLodged, happenings.on_claim_lodged),
        on(ClaimAccepted, happenings.on_claim_accepted),
        on(ClaimRefused, on_ended),
        on(ClaimChanged, happenings.on_claim_changed),
        on(CounterclaimLodged, happenings.on_counterclaim_lodged),
        on(ThirdPartyClaimLodged, happenings.on_third_party_claim_lodged),
        on(ClaimWithdrawn, on_claim_withdrawn),
        on(AppealLodged, happenings.on_appeal_lodged),
        on(AppealDecided, on_appeal_decided),
        on(SettlementReached, settled),
        on(DecisionIssued, acts_at_end.on_decision_issued),
        on(ObjectionFailed, happenings.on_objection_failed),
        on(TrackConverted, happenings.on_track_converted),
        on(CaseJoined, merging.on_case_joined),
        on(ClaimSevered, merging.on_claim_severed),
        on(GroupOpened, merging.on_group_opened),
        on(GroupMemberRegistered, merging.on_group_member),
        on(Served, happenings.on_served),
        on(CaseClosed, on_ended, acts_at_end.on_end_without_judgment),
        on(CaseEffective, on_effective, acts_at_end.on_end_without_judgment),
    ),
    panels=(fee_panel,),
    nav=(NavItem("fee", "payments.fee", T("Fee"), 70),),
    sweeps={
        "reconcile": reconcile,
        "refunds": send_refunds,
        "fee_reminders": acts_reminders.sweep,
        "refund_alarms": alarms.sweep,
    },
    after_act=(acts_at_end.demanded_in_full,),
    audits=(audit_books,),
)
