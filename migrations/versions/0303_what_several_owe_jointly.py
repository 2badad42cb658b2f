"""what several are ordered to pay jointly is owed once

Revises 0302.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0303"
down_revision = "0302"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Every order and obligation of before has one debtor."""
    for table in ("decision_order", "obligation"):
        op.add_column(table, sa.Column("joint_ids", sa.JSON(), nullable=True))


def downgrade() -> None:
    """What several owe is owed by the first of them."""
    for table in ("decision_order", "obligation"):
        op.drop_column(table, "joint_ids")
