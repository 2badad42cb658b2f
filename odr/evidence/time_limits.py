"""Kinds of windows of the evidence room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.windows import Nature, time_limit

EVIDENCE_ORDER = time_limit("evidence_order", Nature.DUTY, "produce_ordered")
EVIDENCE_REPLY = time_limit("evidence_reply", Nature.DUTY, "answer_evidence_request")
EVIDENCE = time_limit("evidence", Nature.DUTY, "submit_exhibit")
