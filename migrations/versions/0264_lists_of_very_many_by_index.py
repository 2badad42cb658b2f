"""what lies longest, and everybody's newest cases, are read along an index

Revises 0263.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0264"
down_revision = "0263"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Indexes alone."""
    migrate.add_index("ix_task_open_since", "task", ["opened_at", "id"], "done_at IS NULL")
    migrate.add_index("ix_party_account_id_case_id", "party", ["account_id", "case_id"])


def downgrade() -> None:
    """Every open task is gone through for the oldest, and every case of one's own for the newest."""
    op.drop_index("ix_party_account_id_case_id", "party")
    op.drop_index("ix_task_open_since", "task")
