"""who has read a case

Revises 0124.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0125"
down_revision = "0124"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was read before left no trace."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "case_reading",
        sa.Column("id", number, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", number, nullable=False),
        sa.Column("account_id", number, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("party_id", number, nullable=True),
        sa.Column("represents", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("thing", sa.String(40), nullable=False),
        sa.Column("item", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_reading_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reading")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_reading_reference")),
    )
    op.create_index("ix_case_reading_case", "case_reading", ["case_id", "id"])
    op.create_index(op.f("ix_case_reading_at"), "case_reading", ["at"])


def downgrade() -> None:
    """The list is lost."""
    op.drop_table("case_reading")
