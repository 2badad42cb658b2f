"""Kinds of windows of the payments room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.ground.text import T
from odr.payments import names
from odr.procedure.acts.windows import Nature, time_limit

FEE_PAYMENT = time_limit(
    "fee_payment", Nature.DUTY, names.RECORD_PAYMENT, page="payments.fee", ask=T("pay the court fee")
)
FEE_TOPUP = time_limit(
    "fee_topup", Nature.DUTY, names.RECORD_PAYMENT, page="payments.fee", ask=T("pay the rest of the fee")
)
COUNTERCLAIM_FEE = time_limit(
    "counterclaim_fee", Nature.DUTY, names.RECORD_PAYMENT, page="payments.fee", ask=T("pay the fee of the counterclaim")
)
APPEAL_FEE = time_limit(
    "appeal_fee", Nature.DUTY, names.RECORD_PAYMENT, page="payments.fee", ask=T("pay the fee of the appeal")
)
RETRIAL_FEE = time_limit(
    "retrial_fee", Nature.DUTY, names.RECORD_PAYMENT, page="payments.fee", ask=T("pay the fee of the retrial")
)
COSTS_REVIEW = time_limit("costs_review", Nature.COURT, names.REVIEW_COSTS)
REFUND_EXECUTION = time_limit(
    "refund_execution",
    Nature.COURT,
    names.RECORD_REFUND,
    waits=T("Nothing for you to do now: the cashier pays back what is due."),
)
RELIEF_DECISION = time_limit(
    "relief_decision",
    Nature.COURT,
    names.DECIDE_RELIEF,
    waits=T("Nothing for you to do now: the judge decides whether the fee is reduced, put off or waived."),
)
