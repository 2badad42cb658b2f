"""Invariants that the court is known to break, until the mend is there; an empty table is the aim."""

from __future__ import annotations

KNOWN: dict[str, str] = {
    "no_window_is_shorter_than_its_article": "time for evidence and for the answer to an appeal runs before the own paper arrives",
    "ordinary_procedure_has_a_hearing": "nothing asks for a hearing, nor for its close, before a judgment",
    "each_side_is_heard": "a decision is signed while the phases of a hearing in writing still run",
    "an_asynchronous_hearing_has_its_conditions": "OLR 20(2) is not asked for",
    "no_default_without_service_summons_and_hearing": "the gate is not asked where no hearing was held",
    "findings_rest_on_examined_exhibits": "any hearing that was held counts, also where exhibits were not shown",
    "a_judge_refuses_a_claim": "the clerk refuses",
    "a_case_sent_back_has_a_new_panel": "a case sent back stays with a single judge",
    "a_judgment_that_was_not_served_has_no_effect": "a rebuttal of the judgment's service leaves its effect",
    "no_effect_while_somebody_may_appeal": "the certificate looks at no service that fell",
    "everybody_had_time_for_evidence": "the time of who was served later is not counted from their own notice",
}
