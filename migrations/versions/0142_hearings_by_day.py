"""hearings are found by their day, for the list of those that are announced

Revises 0141.
"""

from __future__ import annotations

from alembic import op

revision = "0142"
down_revision = "0141"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index, nothing else."""
    op.create_index(op.f("ix_hearing_begins_at"), "hearing", ["begins_at"])


def downgrade() -> None:
    """As before."""
    op.drop_index(op.f("ix_hearing_begins_at"), table_name="hearing")
