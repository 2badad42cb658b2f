"""how long cases of each kind took is counted once a day

Revises 0271.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0272"
down_revision = "0271"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """The worker counts it in its next round."""
    op.create_table(
        "duration_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duration_report")),
        sa.UniqueConstraint("day", name=op.f("uq_duration_report_day")),
    )


def downgrade() -> None:
    """It is looked for when a page asks."""
    op.drop_table("duration_report")
