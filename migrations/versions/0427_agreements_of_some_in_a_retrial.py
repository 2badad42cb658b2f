"""agreements of some of the parties in a retrial, and the orders that carry them out

Revises 0426.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0427"
down_revision = "0426"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """None could be recorded before."""
    op.create_table(
        "partial_agreement",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("between", sa.JSON(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("payments", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(confirmed IS NULL) = (reasons IS NULL)", name=op.f("ck_partial_agreement_found_has_reasons")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_partial_agreement_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partial_agreement")),
        sa.UniqueConstraint("reference", name=op.f("uq_partial_agreement_reference")),
    )
    op.create_index("ix_partial_agreement_case_id", "partial_agreement", ["case_id"])
    op.add_column("decision_order", sa.Column("partial_agreement", sa.String(26), nullable=True))


def downgrade() -> None:
    """The dockets keep what was agreed and found."""
    op.drop_column("decision_order", "partial_agreement")
    op.drop_table("partial_agreement")
