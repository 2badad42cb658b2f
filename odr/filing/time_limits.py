"""Kinds of windows of the filing room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.filing import names
from odr.ground.text import T
from odr.procedure.acts.windows import Nature, time_limit
from odr.service import names as service_names

ANSWER = time_limit("answer", Nature.DUTY, names.FILE_ANSWER, ask=T("answer the claim"))
ACKNOWLEDGEMENT = time_limit("acknowledgement", Nature.DUTY, names.ACKNOWLEDGE_SERVICE, ask=T("acknowledge service"))
COMPLAINT_REPLY = time_limit("complaint_reply", Nature.COURT, names.ANSWER_COMPLAINT, runs_on=True)
CORRECTION = time_limit("correction", Nature.DUTY, names.CORRECT_CLAIM, ask=T("correct your claim"))
COUNTERCLAIM_ANSWER = time_limit(
    "counterclaim_answer", Nature.DUTY, names.ANSWER_COUNTERCLAIM, rule="answer", ask=T("answer the counterclaim")
)
GROUP_REGISTRATION = time_limit("group_registration", Nature.OUTSIDE, names.RECORD_REGISTRATION, page="group.listing")
IDENTITY_REPLY = time_limit("identity_reply", Nature.OUTSIDE, names.RECORD_IDENTITY_REPLY)
JOIN_PLATFORM = time_limit("join_platform", Nature.DUTY, names.SHOW_IDENTITY, ask=T("show who you are"))
JURISDICTION_OBJECTION = time_limit(
    "jurisdiction_objection", Nature.REMEDY, names.OBJECT_TO_JURISDICTION, ask=T("object to the jurisdiction")
)
RECUSAL_DECISION = time_limit(
    "recusal_decision",
    Nature.COURT,
    names.DECIDE_RECUSAL,
    waits=T("Nothing for you to do now: the court decides on the challenge to somebody of the court."),
)
RECUSAL_REVIEW = time_limit("recusal_review", Nature.COURT, names.DECIDE_RECUSAL)
REGISTRY_REVIEW = time_limit(
    "registry_review",
    Nature.COURT,
    names.ACCEPT_CLAIM,
    names.RETURN_CLAIM,
    names.REFUSE_CLAIM,
    waits=T("Nothing for you to do now: the registry is reading the claim."),
)
SERVE_CLAIM = time_limit(
    "serve_claim",
    Nature.COURT,
    service_names.RECORD_SERVICE,
    page="service.overview",
    waits=T("Nothing for you to do now: the court is bringing the papers to the other side."),
)
THIRD_PARTY_ANSWER = time_limit(
    "third_party_answer", Nature.DUTY, names.ANSWER_THIRD_PARTY, rule="answer", ask=T("answer the third party’s claim")
)
APPEAL_JURISDICTION = time_limit("appeal_jurisdiction", Nature.REMEDY, names.APPEAL_JURISDICTION, ask=T("appeal"))
APPEAL_DISMISSAL = time_limit("appeal_dismissal", Nature.REMEDY, names.APPEAL_DISMISSAL, ask=T("appeal"))
APPEAL_RULING = time_limit("appeal_ruling", Nature.REMEDY, names.APPEAL_REFUSAL, ask=T("appeal"))
LATE_RELIEF = time_limit(
    "late_relief",
    Nature.REMEDY,
    names.ASK_RELIEF_FOR_LATENESS,
    ask=T("ask for your time again"),
)
