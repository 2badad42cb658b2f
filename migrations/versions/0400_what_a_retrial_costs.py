"""what of a decision a retrial contests, and in which case it costs

Revises 0391.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0400"
down_revision = "0391"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """An application of before named no amount, and no retrial had a fee."""
    op.add_column("retrial_application", sa.Column("contested_minor", BIG, nullable=True))
    op.add_column("fee_basis", sa.Column("ground", sa.String(40), nullable=True))


def downgrade() -> None:
    """The dockets keep what was contested, and each notice of a fee why there is one."""
    op.drop_column("fee_basis", "ground")
    op.drop_column("retrial_application", "contested_minor")
