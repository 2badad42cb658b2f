"""who of the registry asked that a lost second factor be taken off

Revises 0212.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0214"
down_revision = "0212"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Whoever asked before did so at the machine."""
    op.add_column("factor_reset", sa.Column("asked_by_id", BIG, nullable=True))


def downgrade() -> None:
    """Requests stay, under the name of who asked."""
    with op.batch_alter_table("factor_reset") as batch:
        batch.drop_column("asked_by_id")
