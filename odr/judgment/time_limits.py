"""Kinds of windows of the judgment room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.windows import Nature, time_limit

APPEAL_ANSWER = time_limit("appeal_answer", Nature.DUTY, "answer_appeal")
APPEAL_FILE = time_limit("appeal_file", Nature.COURT, "send_file_up")
APPEAL_JUDGMENT = time_limit("appeal_judgment", Nature.REMEDY, "appeal_decision")
COOLING_OFF = time_limit("cooling_off", Nature.COURT, "issue_decision")
ENFORCEMENT_APPLICATION = time_limit(
    "enforcement_application", Nature.REMEDY, "apply_for_enforcement", "resume_enforcement"
)
ENFORCEMENT_INACTION = time_limit("enforcement_inaction", Nature.COURT, "record_measure")
PERFORMANCE = time_limit("performance", Nature.DUTY, "record_performance")
PRESERVATION_CLAIM = time_limit("preservation_claim", Nature.DUTY, "name_claim")
PRESERVATION_REVIEW = time_limit("preservation_review", Nature.REMEDY, "ask_for_preservation_review")
PRESERVATION_REVIEW_DECISION = time_limit("preservation_review_decision", Nature.COURT, "give_ruling")
PRESERVATION_RULING = time_limit("preservation_ruling", Nature.COURT, "rule_on_preservation", "give_ruling")
RETRIAL_APPLICATION = time_limit("retrial_application", Nature.REMEDY, "apply_for_retrial")
SET_ASIDE = time_limit("set_aside", Nature.REMEDY, "ask_to_set_aside")
ENFORCEMENT_NOTICE = time_limit("enforcement_notice", Nature.COURT, "record_measure")
