"""what a decision had overtaken goes off the desks of courts that ran before tasks went with the decision

Revises 0087.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

OVERTAKEN = (
    "absence", "adjournment", "appraisal_late", "appraisal_not_asked", "appraisal_rule", "appraisal_unpaid", "apply_judgment", "claim_unserved",
    "close_hearing", "draft_decision", "evidence_collect", "evidence_not_produced", "evidence_request", "expert_appoint", "expert_hear",
    "heard_again", "hearing_place", "interpreter", "late_exhibit", "list_issues", "mode_doubt", "motion", "objection", "offline_step",
    "platform_silent", "put_questions", "question_leave", "record_hearing", "recording_doubt", "seal_broken", "summon", "time_request", "track",
    "trial_extension", "trial_limit", "unanswered", "witness_account", "witness_leave",
)  # fmt: skip
"""Kinds that were for deciding a case, as they were called at this revision."""


def upgrade() -> None:
    """``decide`` said in other words what ``draft_decision`` says, and nothing ended it."""
    task = sa.table("task", sa.column("kind"), sa.column("case_id"), sa.column("done_at", UTCDateTime()))
    case = sa.table("case", sa.column("id"), sa.column("stage"))
    decided = sa.select(case.c.id).where(case.c.stage.in_(("pronounced", "effective", "closed")))
    over = (task.c.kind == "decide") | (task.c.kind.in_(OVERTAKEN) & task.c.case_id.in_(decided))
    op.execute(task.update().where(task.c.done_at.is_(None), over).values(done_at=datetime.now(UTC)))


def downgrade() -> None:
    """What was off a desk stays off it."""
