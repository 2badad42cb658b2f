"""Kinds of windows of the hearing room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.windows import Nature, time_limit

APPRAISAL_FEE = time_limit("appraisal_fee", Nature.DUTY, "confirm_expert_fee", page="appraisals.listing")
APPRAISAL_REPORT = time_limit("appraisal_report", Nature.OUTSIDE, "submit_report")
APPRAISAL_REQUEST = time_limit("appraisal_request", Nature.DUTY, "ask_for_appraisal")
EXAMINATION = time_limit(
    "examination",
    Nature.DUTY,
    "give_opinions",
    "give_opinion",
    "answer_question",
    "post_statement",
    "finish_turn",
    "sign_record",
    "refuse_record",
    page="hearing.page",
)
EXPERT_ANSWER = time_limit("expert_answer", Nature.OUTSIDE, "answer_objection")
EXPERT_ATTENDANCE_FEE = time_limit("expert_attendance_fee", Nature.DUTY, "record_payment", page="payments.fee")
EXPERT_CHOICE = time_limit("expert_choice", Nature.DUTY, "choose_expert")
REPORT_OBJECTION = time_limit("report_objection", Nature.REMEDY, "object_to_report")
