"""a bar on costly consumption is asked to be lifted, and the creditor says whether they agree

Revises 0290.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0300"
down_revision = "0290"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody has asked for it before."""
    op.create_table(
        "consumption_lifting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("rests_on", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("agrees_entry", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(20), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("answered_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_consumption_lifting_case_id_case")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["consumption_order.id"], name=op.f("fk_consumption_lifting_order_id_consumption_order")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_consumption_lifting_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumption_lifting")),
        sa.UniqueConstraint("reference", name=op.f("uq_consumption_lifting_reference")),
    )
    op.create_index("ix_consumption_lifting_case_id", "consumption_lifting", ["case_id"])


def downgrade() -> None:
    """What was decided stands in the docket; what waits is asked again."""
    op.drop_table("consumption_lifting")
