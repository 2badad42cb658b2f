"""Kinds of windows of the judgment room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.filing import names as filing_names
from odr.ground.text import T
from odr.judgment import names
from odr.procedure.acts.windows import Nature, time_limit
from odr.service import names as service_names

APPEAL_ANSWER = time_limit("appeal_answer", Nature.DUTY, names.ANSWER_APPEAL, ask=T("answer the appeal"))
APPEAL_FILE = time_limit(
    "appeal_file",
    Nature.COURT,
    names.SEND_FILE_UP,
    waits=T("Nothing for you to do now: the court sends the file to the higher court."),
)
APPEAL_JUDGMENT = time_limit("appeal_judgment", Nature.REMEDY, names.APPEAL_DECISION, ask=T("appeal"))
COOLING_OFF = time_limit(
    "cooling_off",
    Nature.COURT,
    names.ISSUE_DECISION,
    waits=T("Nothing for you to do now: the decision is finished, and some time passes before it is given."),
    may_run_out=True,
)
ENFORCEMENT_APPLICATION = time_limit(
    "enforcement_application",
    Nature.REMEDY,
    names.APPLY_FOR_ENFORCEMENT,
    names.RESUME_ENFORCEMENT,
    ask=T("ask the court to enforce"),
)
ENFORCEMENT_DEFERRAL = time_limit(
    "enforcement_deferral",
    Nature.DUTY,
    names.RECORD_PERFORMANCE,
    ask=T("pay before the enforcement goes on"),
    runs_on=True,
)
ENFORCEMENT_INACTION = time_limit("enforcement_inaction", Nature.COURT, names.RECORD_MEASURE)
ENFORCEMENT_OBJECTION = time_limit(
    "enforcement_objection",
    Nature.COURT,
    names.RULE_ON_ENFORCEMENT_OBJECTION,
    waits=T("Nothing for you to do now: the court rules on the objection to the enforcement."),
    runs_on=True,
)
ENFORCEMENT_OBJECTION_REVIEW = time_limit(
    "enforcement_objection_review",
    Nature.REMEDY,
    names.ASK_OBJECTION_REVIEW,
    ask=T("ask the higher court about the ruling"),
)
ENFORCEMENT_OBJECTION_ACTION = time_limit(
    "enforcement_objection_action",
    Nature.REMEDY,
    names.NAME_OBJECTION_ACTION,
    ask=T("bring an action about the property"),
)
OUTSIDER_ACTION_OPINION = time_limit(
    "outsider_action_opinion", Nature.DUTY, names.ANSWER_OUTSIDER_ACTION, ask=T("say what you think")
)
OUTSIDER_ACTION_REVIEW = time_limit(
    "outsider_action_review",
    Nature.COURT,
    names.TAKE_OUTSIDER_ACTION,
    filing_names.REFUSE_CLAIM,
    waits=T("Nothing for you to do now: a judge checks whether the action against the decision is taken."),
)
PERFORMANCE = time_limit("performance", Nature.DUTY, names.RECORD_PERFORMANCE, ask=T("do what the decision orders"))
PRESERVATION_CLAIM = time_limit("preservation_claim", Nature.DUTY, names.NAME_CLAIM, ask=T("bring your claim"))
PRESERVATION_REVIEW = time_limit(
    "preservation_review", Nature.REMEDY, names.ASK_FOR_PRESERVATION_REVIEW, ask=T("ask for a review")
)
PRESERVATION_REVIEW_DECISION = time_limit("preservation_review_decision", Nature.COURT, names.GIVE_RULING)
PRESERVATION_TERM = time_limit(
    "preservation_term",
    Nature.REMEDY,
    names.ASK_TO_CONTINUE_PRESERVATION,
    rule="preservation_term_property",
    ask=T("ask to continue a preservation"),
    runs_on=True,
)
PRESERVATION_RULING = time_limit("preservation_ruling", Nature.COURT, names.RULE_ON_PRESERVATION, names.GIVE_RULING)
PROSECUTION_ADVICE = time_limit(
    "prosecution_advice",
    Nature.COURT,
    names.ANSWER_PROSECUTION_ADVICE,
    names.ORDER_OWN_RETRIAL,
    waits=T("Nothing for you to do now: the court looks at what the prosecution advises."),
)
RETRIAL_APPLICATION = time_limit(
    "retrial_application", Nature.REMEDY, names.APPLY_FOR_RETRIAL, ask=T("apply for a retrial")
)
RETRIAL_OPINION = time_limit("retrial_opinion", Nature.DUTY, names.ANSWER_RETRIAL, ask=T("say what you think"))
RETRIAL_REVIEW = time_limit(
    "retrial_review",
    Nature.COURT,
    names.RULE_ON_RETRIAL,
    waits=T("Nothing for you to do now: the court looks at the application for a retrial."),
)
SEND_JUDGMENT = time_limit(
    "send_judgment",
    Nature.COURT,
    names.COUNTERSIGN_DECISION,
    names.ISSUE_DECISION,
    waits=T("Nothing for you to do now: the judgment was pronounced, and its written text is sent to you."),
)
SET_ASIDE = time_limit("set_aside", Nature.REMEDY, names.ASK_TO_SET_ASIDE, ask=T("ask to set it aside"))
ENFORCEMENT_NOTICE = time_limit("enforcement_notice", Nature.COURT, names.RECORD_MEASURE)
PAYMENT_ORDER_ACCEPTANCE = time_limit("payment_order_acceptance", Nature.COURT, names.TAKE_PAYMENT_ORDER)
PAYMENT_ORDER_ISSUE = time_limit(
    "payment_order_issue", Nature.COURT, names.ISSUE_PAYMENT_ORDER, names.END_PAYMENT_ORDER
)
PAYMENT_ORDER_LAWSUIT = time_limit(
    "payment_order_lawsuit",
    Nature.REMEDY,
    names.REFUSE_LAWSUIT,
    ask=T("say that you do not want a lawsuit"),
    runs_on=True,
)
PAYMENT_ORDER_OBJECTION = time_limit(
    "payment_order_objection", Nature.DUTY, names.OBJECT_TO_PAYMENT_ORDER, ask=T("pay, or object in writing")
)
PAYMENT_ORDER_SERVICE = time_limit(
    "payment_order_service",
    Nature.COURT,
    service_names.RECORD_SERVICE,
    names.END_PAYMENT_ORDER,
    waits=T("Nothing for you to do now: the order is being served on the debtor."),
)
