"""a part of a refund that went another way is a refund of its own

Revises 0330.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0331"
down_revision = "0330"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """No refund of before was parted."""
    op.add_column("refund", sa.Column("part_of", sa.String(26), nullable=True))


def downgrade() -> None:
    """What was parted stays so; that it was one order is not told any more."""
    op.drop_column("refund", "part_of")
