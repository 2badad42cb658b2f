"""a task names the entry it came with, so that nobody is told of one who may not read that

Revises 0281.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0290"
down_revision = "0281"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Tasks of before, and those of the version before, name none."""
    op.add_column("task", sa.Column("opened_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back to the older form."""
    op.drop_column("task", "opened_by")
