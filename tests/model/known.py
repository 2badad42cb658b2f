"""Invariants that the court is known to break, until the mend is there; an empty table is the aim."""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "no_window_is_shorter_than_its_article": "time for evidence and for the answer to an appeal runs before the own paper arrives",
    "nothing_is_deemed_withdrawn_while_relief_waits_or_after_judgment": "the unpaid fee of the claim ends a case that was judged",
    "a_judgment_that_was_not_served_has_no_effect": "a rebuttal of the judgment's service leaves its effect",
    "no_effect_while_somebody_may_appeal": "the certificate looks at no service that fell",
}
