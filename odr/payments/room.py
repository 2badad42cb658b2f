"""What the payments room brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Outcome
from odr.payments import acts_at_end, acts_reminders, alarms, happenings, merging
from odr.payments.acts import fee_lapsed
from odr.payments.acts_costs import review_overdue
from odr.payments.acts_refunds import on_appeal_decided, on_claim_withdrawn, on_effective, on_ended, on_settled
from odr.payments.acts_relief import relief_overdue
from odr.payments.audit_books import audit_books
from odr.payments.choices import find_assessment, find_refund, find_relief
from odr.payments.reconcile import sweep as reconcile
from odr.payments.sending import sweep as send_refunds
from odr.payments.views import fee_panel
from odr.procedure.hooks import NavItem, Room
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def closed(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """The case is over: its fees are settled; those of an action of many are computed now."""
    on_ended(sitting, case, facts)
    acts_at_end.on_end_without_judgment(sitting, case, facts)


def effective(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """A decision or a settlement binds: the same."""
    on_effective(sitting, case, facts)
    acts_at_end.on_end_without_judgment(sitting, case, facts)


def settled(sitting: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """A settlement that leaves nothing to perform ended the case: the same."""
    on_settled(sitting, case, facts)
    if case.outcome is Outcome.SETTLED:
        acts_at_end.on_end_without_judgment(sitting, case, facts)


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
    on_event={
        "claim_lodged": happenings.on_claim_lodged,
        "claim_accepted": happenings.on_claim_accepted,
        "claim_refused": on_ended,
        "claim_changed": happenings.on_claim_changed,
        "counterclaim_lodged": happenings.on_counterclaim_lodged,
        "third_party_claim_lodged": happenings.on_third_party_claim_lodged,
        "claim_withdrawn": on_claim_withdrawn,
        "appeal_lodged": happenings.on_appeal_lodged,
        "appeal_decided": on_appeal_decided,
        "settlement_reached": settled,
        "decision_issued": acts_at_end.on_decision_issued,
        "objection_failed": happenings.on_objection_failed,
        "track_converted": happenings.on_track_converted,
        "case_joined": merging.on_case_joined,
        "claim_severed": merging.on_claim_severed,
        "group_opened": merging.on_group_opened,
        "group_member": merging.on_group_member,
        "served": happenings.on_served,
        "case_closed": closed,
        "case_effective": effective,
    },
    resolvers={"assessment": find_assessment, "refund": find_refund, "relief": find_relief},
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
