"""inquiries with which another court is entrusted

Revises 0360.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0361"
down_revision = "0360"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No other court was asked to inquire through the program before."""
    op.create_table(
        "entrusted_inquiry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("request_id", BIG, nullable=True),
        sa.Column("own_ground", sa.String(40), nullable=True),
        sa.Column("court", sa.String(200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("demands", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("exhibits", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(request_id IS NULL) <> (own_ground IS NULL)", name=op.f("ck_entrusted_inquiry_asked_or_own_ground")
        ),
        sa.CheckConstraint(
            "state <> 'received' OR received_on IS NOT NULL", name=op.f("ck_entrusted_inquiry_received_on_a_day")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_entrusted_inquiry_case_id_case")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["evidence_request.id"], name=op.f("fk_entrusted_inquiry_request_id_evidence_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entrusted_inquiry")),
        sa.UniqueConstraint("reference", name=op.f("uq_entrusted_inquiry_reference")),
    )
    op.create_index("ix_entrusted_inquiry_case_id", "entrusted_inquiry", ["case_id"])


def downgrade() -> None:
    """The dockets keep what was asked and what came of it."""
    op.drop_table("entrusted_inquiry")
