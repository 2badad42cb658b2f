"""When what waits on a desk of the court is off it: by the act that does it, when the case is decided, or because
somebody says so.
"""

from __future__ import annotations

from odr.docket.models import Stage

TASK_ACTS = {
    "withdrawal": "rule_on_withdrawal",
    "jurisdiction": "rule_on_jurisdiction",
    "recusal": "decide_recusal",
    "time": "rule_on_extension",
    "lateness": "rule_on_lateness",
    "joinder": "rule_on_joinder",
    "complaint": "answer_complaint",
    "legal_aid": "record_legal_aid",
    "identity_shown": "verify_identity",
    "track": "convert_track",
    "no_seat": "reassign_seat",
    "registration": "decide_registration",
    "draft_decision": "draft_decision",
    "pronounce": "issue_decision",
    "execute_preservation": "execute_preservation",
    "summon": "summon",
    "adjournment": "rule_on_adjournment",
    "trial_extension": "rule_on_limit_extension",
    "evidence_request": "rule_on_evidence",
    "erasure_due": "decide_erasure",
    "appraisal_rule": "rule_on_appraisal",
    "expert_hear": "call_expert",
    "attendance_unpaid": "find_on_attendance_fee",
    "expert_attends": "settle_attendance",
    "attendance_pass_on": "pass_on_attendance_fee",
    "expert_appoint": "appoint_expert",
    "rebuttal": "decide_rebuttal",
    "close_case": "close_case",
}
"""Kind of a task → the act by which it is done, for the tasks one act does."""

DECIDED = frozenset({Stage.PRONOUNCED, Stage.EFFECTIVE, Stage.CLOSED})

UNTIL_DECIDED = frozenset(
    {
        # what is asked for, or looked at, so that the case can be decided
        "absence", "adjournment", "appraisal_late", "appraisal_not_asked", "appraisal_rule", "appraisal_unpaid",
        "attendance_unpaid", "apply_judgment", "claim_unserved", "close_hearing",
        "draft_decision", "evidence_collect", "evidence_not_produced", "evidence_request", "expert_appoint", "expert_attends", "expert_hear",
        "heard_again", "hearing_place",
        "interpreter", "late_exhibit", "list_issues", "mode_doubt", "motion", "objection", "offline_step", "platform_silent", "put_questions",
        "question_leave", "record_hearing", "recording_doubt", "seal_broken", "summon", "time_request", "track",
        "trial_extension", "trial_limit", "unanswered", "witness_account", "witness_leave",
    }
)  # fmt: skip
"""Kinds of tasks that are over once nothing is heard and decided any more."""

BY_HAND = frozenset(
    {
        "absence", "announce", "appraisal_not_asked", "claim_unserved", "enforcement_inaction", "fee_after_correction", "heard_again",
        "outside_refund", "platform_silent", "read_reply", "recording_doubt", "seal_broken", "undo_preservation",
    }
)  # fmt: skip
"""Kinds of tasks that no one act ends, such as reading an answer that came by e-mail: whoever has done it says so."""
