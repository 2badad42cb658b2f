"""fee of an action of many at its end

Revises 0080.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("fee_basis", schema=None) as batch_op:
        batch_op.add_column(sa.Column("at_end", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("fee_basis", schema=None) as batch_op:
        batch_op.drop_column("at_end")
