"""indexes of copies of the register

Revises 0152.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0153"
down_revision = "0152"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What a copy of the register held, as it was put on record."""
    op.create_table(
        "register_copy",
        sa.Column("id", BIG, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_copy")),
        sa.UniqueConstraint("receipt", name=op.f("uq_register_copy_receipt")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """The indexes go; their digests stay in the log."""
    op.drop_table("register_copy")
