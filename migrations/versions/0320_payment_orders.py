"""payment orders, and what is objected to them

Revises 0313.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0320"
down_revision = "0313"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No case of before asks for a payment order."""
    op.create_table(
        "payment_order",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("demands", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("withdrawn_entry", sa.Integer(), nullable=True),
        sa.Column("issued_entry", sa.Integer(), nullable=True),
        sa.Column("issued_at", UTCDateTime(), nullable=True),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("served_at", UTCDateTime(), nullable=True),
        sa.Column("lapses", sa.JSON(), nullable=False),
        sa.Column("owed", sa.JSON(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_payment_order_case_id_case"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_payment_order_document_id_document"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_order")),
        sa.UniqueConstraint("case_id", name="uq_payment_order_case_id"),
    )
    op.create_table(
        "payment_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("demands", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("ruled_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name="fk_payment_objection_case_id_case"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_objection")),
        sa.UniqueConstraint("reference", name="uq_payment_objection_reference"),
    )


def downgrade() -> None:
    """The dockets keep what was asked, ordered and objected to."""
    op.drop_table("payment_objection")
    op.drop_table("payment_order")
