"""codes for looking up a case found by the day they ended: those that telephones type go with them

Revises 0211.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0212"
down_revision = "0211"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Built beside acts; an index alone."""
    migrate.add_index("ix_progress_code_ended_at", "progress_code", ["ended_at"], "ended_at IS NOT NULL")


def downgrade() -> None:
    """Without it they are found by reading all."""
    op.drop_index("ix_progress_code_ended_at", table_name="progress_code")
