"""a seal is opened against the entry that ended it

Revises 0121.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is due and not opened yet is ended by the worker first."""
    with op.batch_alter_table("seal") as batch:
        batch.add_column(sa.Column("ended_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    """What was opened stays open."""
    with op.batch_alter_table("seal") as batch:
        batch.drop_column("ended_by")
