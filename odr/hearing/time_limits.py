"""Kinds of windows of the hearing room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.ground.text import T
from odr.hearing import names
from odr.payments import names as payments_names
from odr.procedure.acts.windows import Nature, time_limit

APPRAISAL_FEE = time_limit(
    "appraisal_fee", Nature.DUTY, names.CONFIRM_EXPERT_FEE, page="appraisals.listing", ask=T("pay for the appraisal")
)
APPRAISAL_REPORT = time_limit(
    "appraisal_report",
    Nature.OUTSIDE,
    names.SUBMIT_REPORT,
    waits=T("Nothing for you to do now: the expert writes the report."),
)
APPRAISAL_REQUEST = time_limit("appraisal_request", Nature.DUTY, names.ASK_FOR_APPRAISAL, ask=T("ask for an appraisal"))
EXAMINATION = time_limit(
    "examination",
    Nature.DUTY,
    names.GIVE_OPINIONS,
    names.GIVE_OPINION,
    names.ANSWER_QUESTION,
    names.POST_STATEMENT,
    names.FINISH_TURN,
    names.SIGN_RECORD,
    names.REFUSE_RECORD,
    page="hearing.page",
    ask=T("take part in the examination"),
)
EXPERT_ANSWER = time_limit("expert_answer", Nature.OUTSIDE, names.ANSWER_OBJECTION)
EXPERT_ATTENDANCE_FEE = time_limit(
    "expert_attendance_fee",
    Nature.DUTY,
    payments_names.RECORD_PAYMENT,
    page="payments.fee",
    ask=T("pay for the expert to attend"),
)
EXPERT_CHOICE = time_limit("expert_choice", Nature.DUTY, names.CHOOSE_EXPERT, ask=T("choose an expert"))
REPORT_OBJECTION = time_limit("report_objection", Nature.REMEDY, names.OBJECT_TO_REPORT, ask=T("object to the report"))
WITNESS_COSTS = time_limit(
    "witness_costs",
    Nature.DUTY,
    payments_names.RECORD_PAYMENT,
    page="payments.fee",
    ask=T("advance what your witness is paid"),
)
