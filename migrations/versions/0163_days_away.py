"""days on which somebody cannot come to a hearing

Revises 0162.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0163"
down_revision = "0162"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Told by people themselves, and asked about where a hearing is fixed."""
    op.create_table(
        "days_away",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_days_away_in_order")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_days_away_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_days_away")),
    )
    op.create_index("ix_days_away_account_id_until_on", "days_away", ["account_id", "until_on"])


def downgrade() -> None:
    """The days go."""
    op.drop_table("days_away")
