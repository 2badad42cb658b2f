"""what a judgment given on a retrial makes of the first one, and why

Revises 0423.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0425"
down_revision = "0423"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """A judgment of before did not say it."""
    op.add_column("decision", sa.Column("retried", sa.String(26), nullable=True))
    op.add_column("decision", sa.Column("first_judgment", sa.String(40), nullable=True))
    op.add_column("decision", sa.Column("first_why", sa.Text(), nullable=True))


def downgrade() -> None:
    """The dockets keep what each draft said."""
    op.drop_column("decision", "first_why")
    op.drop_column("decision", "first_judgment")
    op.drop_column("decision", "retried")
