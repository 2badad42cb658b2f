"""What the payments room brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Outcome, Party
from odr.ground.text import Money, T
from odr.payments import event_handlers, joined_cases, names
from odr.payments.books.audit import audit_books
from odr.payments.books.unmatched import records_kept
from odr.payments.costs.acts import review_overdue
from odr.payments.fee import at_end_acts, fee_reminders
from odr.payments.fee.acts import fee_lapsed
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.case_views import fee_panel
from odr.payments.fee.next_step import fee_step, owed_after_its_time
from odr.payments.fee.quote import quoted
from odr.payments.fee.relief import on_legal_aid, relief_overdue, relief_panel
from odr.payments.fee.relief_over import on_case_over
from odr.payments.models import AssessmentState, FeeAssessment
from odr.payments.refund import alarms
from odr.payments.refund.acts import on_appeal_decided, on_claim_withdrawn, on_effective, on_ended, on_settled
from odr.payments.refund.ending_words import fee_at_ending
from odr.payments.stripe.reconciliation import sweep as reconcile
from odr.payments.stripe.refunds import sweep as send_refunds
from odr.procedure.acts.events import (
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
    HeardAgain,
    LegalAidGranted,
    ObjectionFailed,
    ObjectionWon,
    RetrialCosts,
    RetrialRequestEnded,
    Served,
    SettlementReached,
    ThirdPartyClaimLodged,
    TrackConverted,
)
from odr.procedure.hooks import DeskPage, NavItem, Room, on

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def settled(sitting: Sitting, event: SettlementReached) -> None:
    """A settlement that leaves nothing to perform ended the case: its fees are settled, those of an action of many too."""
    on_settled(sitting, event)
    if event.case.outcome is Outcome.SETTLED:
        at_end_acts.on_end_without_judgment(sitting, event)


def sum_due(sitting: Sitting, case: Case, party: Party, occasion: str, number: int) -> Money | None:
    """What the entry itself asks the party to pay to the court."""
    if not sitting.has_written(FeeAssessment):
        return None  # The entry is of this Sitting, and so is whatever it asks for.
    # Of all parties together: every addressee of an act is asked about, one after another.
    fees = assessments_of(sitting.session, case, demands=True)
    rows = [a for a in fees if a.party_id == party.id and a.entry_number == number]
    due = [a for a in rows if a.state is AssessmentState.DUE and a.amount_minor]
    return Money(sum(a.amount_minor for a in due), due[0].currency) if due else None


def is_no_news(act: str, result: Mapping[str, Any], label: str | None) -> bool:
    """That the fees were settled with nothing to give back."""
    return act == names.SETTLE_FEES and not result.get("back")


ROOM = Room(
    name="payments",
    no_news=(is_no_news,),
    holdings=(records_kept,),
    routes=(
        "odr.payments.fee.pages:payments",
        "odr.payments.books.pages:paydesk",
        "odr.payments.fee.to_sign_pages:signing",
    ),
    on_lapse={
        "fee_payment": fee_lapsed,
        "fee_topup": fee_lapsed,
        "counterclaim_fee": fee_lapsed,
        "appeal_fee": fee_lapsed,
        "retrial_fee": fee_lapsed,
        "relief_decision": relief_overdue,
        "costs_review": review_overdue,
    },
    on_event=(
        on(ClaimLodged, event_handlers.on_claim_lodged),
        on(ClaimAccepted, event_handlers.on_claim_accepted),
        on(ClaimRefused, on_ended),
        on(ClaimChanged, event_handlers.on_claim_changed),
        on(CounterclaimLodged, event_handlers.on_counterclaim_lodged),
        on(ThirdPartyClaimLodged, event_handlers.on_third_party_claim_lodged),
        on(ClaimWithdrawn, on_claim_withdrawn),
        on(AppealLodged, event_handlers.on_appeal_lodged),
        on(HeardAgain, event_handlers.on_heard_again),
        on(RetrialCosts, event_handlers.on_retrial_costs),
        on(RetrialRequestEnded, event_handlers.on_retrial_request_ended),
        on(AppealDecided, on_appeal_decided),
        on(SettlementReached, settled, on_case_over),
        on(DecisionIssued, at_end_acts.on_decision_issued),
        on(ObjectionFailed, event_handlers.on_objection_failed),
        on(ObjectionWon, event_handlers.on_objection_won),
        on(TrackConverted, event_handlers.on_track_converted),
        on(LegalAidGranted, on_legal_aid),
        on(CaseJoined, joined_cases.on_case_joined),
        on(ClaimSevered, joined_cases.on_claim_severed),
        on(GroupOpened, joined_cases.on_group_opened),
        on(GroupMemberRegistered, joined_cases.on_group_member),
        on(Served, event_handlers.on_served),
        on(CaseClosed, on_ended, at_end_acts.on_end_without_judgment, on_case_over),
        on(CaseEffective, on_effective, at_end_acts.on_end_without_judgment),
    ),
    panels=(fee_panel, relief_panel),
    steps=(fee_step,),
    owed=(owed_after_its_time,),
    fee_quote=quoted,
    fee_at_ending=fee_at_ending,
    sums=(sum_due,),
    nav=(NavItem("fee", "payments.fee", T("Fee"), 70, rarely=True),),
    desk_pages=(
        DeskPage("paydesk.overview", T("Payment desk"), 80),
        DeskPage("paydesk.books", T("Books and daily close"), 90),
    ),
    sweeps={
        "reconcile": reconcile,
        "refunds": send_refunds,
        "fee_reminders": fee_reminders.sweep,
        "refund_alarms": alarms.sweep,
    },
    after_act=(at_end_acts.demanded_in_full,),
    audits=(audit_books,),
)
