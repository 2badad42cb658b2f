"""a program's token keeps how its owner was signed in who made it

Revises 0099.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of tokens made before nobody knows it: they count as made with a password alone."""
    op.add_column("api_token", sa.Column("two_factor", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Tokens are as strong as each other again."""
    with op.batch_alter_table("api_token") as batch:
        batch.drop_column("two_factor")
