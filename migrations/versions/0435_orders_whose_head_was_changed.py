"""orders of a decision that was set aside, and whose head of the claim was changed since

Revises 0430.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0435"
down_revision = "0430"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of those before nobody knows which head they answered; their sealed papers say it."""
    op.add_column(
        "decision_order", sa.Column("head_changed", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    """The papers keep what was ordered."""
    op.drop_column("decision_order", "head_changed")
