"""Kinds of tasks of the payments room."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

COLLECT_COSTS = desk("collect_costs", T("Costs to collect"), Role.CASHIER)
COSTS_REVIEW = desk("costs_review", T("A costs decision to review"), Role.PRESIDENT)
FEE_AT_END = desk("fee_at_end", T("A fee to settle at the end"), Role.CASHIER, by_itself=True)
FEE_CORRECTION = desk("fee_correction", T("A fee said to be miscalculated"), Role.JUDGE)
FEE_DISPUTE = desk("fee_dispute", T("A payment disputed at the bank"), Role.CASHIER, by_itself=True)
FEE_RELIEF = desk("fee_relief", T("Help with the fee asked for"), Role.PRESIDENT, Role.JUDGE, outlives=True)
FEE_UNPAID = desk("fee_unpaid", T("A fee that is not paid"), Role.JUDGE, Role.CASHIER)
RETRIAL_FEE_UNPAID = desk("retrial_fee_unpaid", T("A fee of a retrial that is not paid"), Role.JUDGE)
OUTSIDE_REFUND = desk("outside_refund", T("A refund made outside the court"), Role.CASHIER, by_hand=True)
REFUND_APPROVAL = desk("refund_approval", T("A refund to approve"), Role.CASHIER)
REFUND_LATE = desk("refund_late", T("A refund that is late"), Role.CASHIER, Role.PRESIDENT, by_itself=True)
REFUND_SOON = desk("refund_soon", T("A refund due soon"), Role.CASHIER)
REFUND_TRANSFER = desk("refund_transfer", T("A refund to transfer"), Role.CASHIER)
