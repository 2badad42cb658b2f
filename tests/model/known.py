"""Invariants that the court is known to break, until the mend is there; an empty table is the aim."""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "an_answer_to_an_appeal_runs_from_its_service": "the time to answer an appeal runs from its filing",
    "nothing_is_deemed_withdrawn_while_relief_waits_or_after_judgment": "the unpaid fee of the claim ends a case that was judged",
    "no_effect_while_somebody_may_appeal": "the time of who is found to live abroad is not lengthened",
}
