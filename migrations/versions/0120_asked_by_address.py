"""who is asked to act is asked by their address, and named only once they accept

Revises 0119.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Who was asked before is asked as before."""
    with op.batch_alter_table("mandate") as batch:
        batch.alter_column("account_id", existing_type=NUMBER, nullable=True)
        batch.add_column(sa.Column("address", sa.String(320), nullable=True))
        batch.create_index(op.f("ix_mandate_address"), ["address"])


def downgrade() -> None:
    """What nobody has accepted is asked anew."""
    op.execute("DELETE FROM mandate WHERE account_id IS NULL")
    with op.batch_alter_table("mandate") as batch:
        batch.drop_index(op.f("ix_mandate_address"))
        batch.drop_column("address")
        batch.alter_column("account_id", existing_type=NUMBER, nullable=False)
