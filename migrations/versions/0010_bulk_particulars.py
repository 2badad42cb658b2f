"""What a claim says to the fields of its cause."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claim", sa.Column("particulars", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("claim", "particulars")
