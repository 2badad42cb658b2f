"""An exhibit has a summary (EV 19).

Revision ID: 0080
Revises: 0063
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exhibit", sa.Column("summary", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("exhibit", "summary")
