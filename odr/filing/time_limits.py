"""Kinds of windows of the filing room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.windows import Nature, time_limit

ANSWER = time_limit("answer", Nature.DUTY, "file_answer")
ACKNOWLEDGEMENT = time_limit("acknowledgement", Nature.DUTY, "acknowledge_service")
COMPLAINT_REPLY = time_limit("complaint_reply", Nature.COURT, "answer_complaint")
CORRECTION = time_limit("correction", Nature.DUTY, "correct_claim")
COUNTERCLAIM_ANSWER = time_limit("counterclaim_answer", Nature.DUTY, "answer_counterclaim", rule="answer")
GROUP_REGISTRATION = time_limit("group_registration", Nature.OUTSIDE, "record_registration", page="group.listing")
IDENTITY_REPLY = time_limit("identity_reply", Nature.OUTSIDE, "record_identity_reply")
JURISDICTION_OBJECTION = time_limit("jurisdiction_objection", Nature.REMEDY, "object_to_jurisdiction")
RECUSAL_DECISION = time_limit("recusal_decision", Nature.COURT, "decide_recusal")
RECUSAL_REVIEW = time_limit("recusal_review", Nature.COURT, "decide_recusal")
REGISTRY_REVIEW = time_limit("registry_review", Nature.COURT, "accept_claim", "return_claim", "refuse_claim")
SERVE_CLAIM = time_limit("serve_claim", Nature.COURT, "record_service", page="service.overview")
THIRD_PARTY_ANSWER = time_limit("third_party_answer", Nature.DUTY, "answer_third_party", rule="answer")
APPEAL_JURISDICTION = time_limit("appeal_jurisdiction", Nature.REMEDY, "appeal_jurisdiction")
APPEAL_DISMISSAL = time_limit("appeal_dismissal", Nature.REMEDY, "appeal_dismissal")
APPEAL_RULING = time_limit("appeal_ruling", Nature.REMEDY, "appeal_refusal")
