"""of a payment it is noted what the payer's bank took back for good

Revises 0272.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0273"
down_revision = "0272"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of disputes that were lost before nothing is said: whoever handled them then collected the money, or did not."""
    amount = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.add_column("payment", sa.Column("taken_back_minor", amount, nullable=False, server_default="0"))


def downgrade() -> None:
    """A lost dispute stands in the books alone."""
    op.drop_column("payment", "taken_back_minor")
