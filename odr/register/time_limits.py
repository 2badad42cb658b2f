"""Kinds of windows of the register."""

from __future__ import annotations

from odr.ground.text import T
from odr.payments import names as payments
from odr.procedure.acts.windows import Nature, time_limit
from odr.register import names

PUBLICATION_OBJECTION = time_limit(
    "publication_objection",
    Nature.REMEDY,
    names.OBJECT_TO_PUBLICATION,
    ask=T("object to the text that is to be public"),
)
COPY_COST = time_limit(
    "copy_cost", Nature.DUTY, payments.RECORD_PAYMENT, page="payments.fee", ask=T("pay what your copy costs")
)
COPY_HANDING_OVER = time_limit(
    "copy_handing_over",
    Nature.COURT,
    names.HAND_OVER_COPY,
    waits=T("Nothing for you to do now: the registry prints your certified copy and hands it over."),
)
PROPERTY_REPORT = time_limit("property_report", Nature.DUTY, names.REPORT_PROPERTY, ask=T("report your property"))
LISTING_REQUEST = time_limit("listing_request", Nature.COURT, names.DECIDE_LISTING, names.REFUSE_LISTING)
LISTING_ANSWER = time_limit(
    "listing_answer", Nature.REMEDY, names.ANSWER_LISTING, ask=T("answer the warning of the list"), runs_on=True
)
LISTING_TERM = time_limit(
    "listing_term", Nature.COURT, names.LEAVE_LIST, names.TAKE_OFF_LIST, runs_on=True, may_run_out=True
)
LISTING_OBJECTION = time_limit(
    "listing_objection",
    Nature.COURT,
    names.DECIDE_ON_LISTING,
    names.TAKE_OFF_LIST,
    waits=T("Nothing for you to do now: the court decides on what was asked about the entry in the list."),
    runs_on=True,
)
LISTING_REVIEW = time_limit(
    "listing_review",
    Nature.REMEDY,
    names.ASK_LISTING_REVIEW,
    ask=T("ask the higher court about your entry"),
    runs_on=True,
)
LISTING_REVIEW_DECISION = time_limit(
    "listing_review_decision",
    Nature.OUTSIDE,
    names.RECORD_LISTING_REVIEW,
    waits=T("Nothing for you to do now: the higher court decides on the entry in the list."),
    runs_on=True,
)
SANCTION_ANSWER = time_limit(
    "sanction_answer",
    Nature.DUTY,
    names.ANSWER_SANCTION,
    ask=T("answer a proposed penalty"),
    runs_on=True,
)
SANCTION_REVIEW = time_limit(
    "sanction_review",
    Nature.REMEDY,
    names.ASK_SANCTION_REVIEW,
    ask=T("ask for review of a penalty"),
    runs_on=True,
)
SANCTION_REVIEW_DECISION = time_limit(
    "sanction_review_decision",
    Nature.OUTSIDE,
    names.RECORD_SANCTION_REVIEW,
    waits=T("Nothing for you to do now: the higher court decides on the fine or detention."),
    runs_on=True,
)
FINE_PAYMENT = time_limit(
    "fine_payment", Nature.DUTY, payments.RECORD_PAYMENT, page="payments.fee", ask=T("pay the fine"), runs_on=True
)
DETENTION = time_limit(
    "detention", Nature.COURT, names.END_SANCTION, names.DECIDE_RELEASE, runs_on=True, may_run_out=True
)
