"""bytes that no row names any more are written down until the store has erased them

Revises 0280.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0281"
down_revision = "0280"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What was left behind before stands in no row: `flask store check` names it."""
    op.create_table(
        "bytes_to_erase",
        sa.Column("key", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_bytes_to_erase"),
    )


def downgrade() -> None:
    """What still waits stays in the store."""
    op.drop_table("bytes_to_erase")
