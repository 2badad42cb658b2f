"""what coming costs a witness, and what the court paid out of its own means

Revises 0351.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0360"
down_revision = "0351"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No witness was paid through the court before."""
    op.create_table(
        "witness_cost",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("witness_id", BIG, nullable=False),
        sa.Column("transport_minor", BIG, nullable=False),
        sa.Column("lodging_minor", BIG, nullable=False),
        sa.Column("meals_minor", BIG, nullable=False),
        sa.Column("days_away", sa.Integer(), nullable=False),
        sa.Column("lost_days", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("hardship", sa.Text(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("ruled_by", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("working", sa.JSON(), nullable=False),
        sa.Column("allowed_minor", BIG, nullable=True),
        sa.Column("assessment_id", BIG, nullable=True),
        sa.Column("paid_minor", BIG, nullable=True),
        sa.Column("paid_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "transport_minor >= 0 AND lodging_minor >= 0 AND meals_minor >= 0", name=op.f("ck_witness_cost_not_negative")
        ),
        sa.CheckConstraint("days_away >= 0 AND lost_days >= 0", name=op.f("ck_witness_cost_days_not_negative")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_witness_cost_case_id_case")),
        sa.ForeignKeyConstraint(["witness_id"], ["witness.id"], name=op.f("fk_witness_cost_witness_id_witness")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["fee_assessment.id"], name=op.f("fk_witness_cost_assessment_id_fee_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_witness_cost")),
        sa.UniqueConstraint("reference", name=op.f("uq_witness_cost_reference")),
    )
    op.create_index("ix_witness_cost_case_id", "witness_cost", ["case_id"])
    op.create_index("ix_witness_cost_witness_id", "witness_cost", ["witness_id"])
    op.create_table(
        "court_advance",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("subject", sa.String(26), nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_court_advance_positive")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_court_advance_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_advance")),
        sa.UniqueConstraint("subject", name=op.f("uq_court_advance_subject")),
        info={"append_only": True},
    )
    op.create_index("ix_court_advance_case_id", "court_advance", ["case_id"])


def downgrade() -> None:
    """The dockets keep what was stated, allowed and paid."""
    op.drop_table("court_advance")
    op.drop_table("witness_cost")
