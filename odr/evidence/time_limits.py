"""Kinds of windows of the evidence room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.evidence import names
from odr.ground.text import T
from odr.procedure.acts.windows import Nature, time_limit

ENTRUSTED_INQUIRY = time_limit(
    "entrusted_inquiry",
    Nature.OUTSIDE,
    names.RECORD_ENTRUSTED_ANSWER,
    page="entrusted.listing",
    waits=T("Nothing for you to do now: another court inquires for this one."),
)
EVIDENCE_ORDER = time_limit("evidence_order", Nature.DUTY, names.PRODUCE_ORDERED, ask=T("produce what was ordered"))
EVIDENCE_REPLY = time_limit("evidence_reply", Nature.DUTY, names.ANSWER_EVIDENCE_REQUEST, ask=T("answer the request"))
EVIDENCE = time_limit("evidence", Nature.DUTY, names.SUBMIT_EXHIBIT, ask=T("bring your evidence"))
