"""statistics counted from the dockets

Revises 0151.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0152"
down_revision = "0151"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What the dockets say of each case, how far the counting has come, and the figures of each day."""
    op.create_table(
        "case_facts",
        sa.Column("case_id", BIG, autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_facts_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_facts")),
    )
    op.create_table(
        "statistics_turn",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("last_entry", BIG, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=True),
        sa.Column("last_case", BIG, nullable=False),
        sa.Column("cases", BIG, nullable=False),
        sa.Column("differences", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_turn")),
    )
    op.create_table(
        "statistics_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statistics_report")),
        sa.UniqueConstraint("day", name=op.f("uq_statistics_report_day")),
    )


def downgrade() -> None:
    """They go; the dockets still say everything."""
    op.drop_table("statistics_report")
    op.drop_table("statistics_turn")
    op.drop_table("case_facts")
