"""what is found on the four points of a store outside the court that is doubted

Revises 0140.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0140"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of findings made before, nothing was asked point by point."""
    with op.batch_alter_table("finding") as table:
        table.add_column(sa.Column("storage", sa.JSON(), nullable=True))


def downgrade() -> None:
    """What was found on them stays in the entries."""
    with op.batch_alter_table("finding") as table:
        table.drop_column("storage")
