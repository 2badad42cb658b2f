"""a paper for named readers keeps who they are, as its entry does

Revises 0192.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0193"
down_revision = "0192"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Papers that are there were kept for wider circles and name nobody."""
    op.add_column("document", sa.Column("named", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    """Those for named readers alone are read by nobody but the party they were made for."""
    with op.batch_alter_table("document") as batch:
        batch.drop_column("named")
