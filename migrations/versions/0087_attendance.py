"""an expert called to be heard: what is prepaid for it, by whom, and whose objection counts as given up

Revises 0086.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attendance_included", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("report_objection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("called_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("given_up_by", sa.Integer(), nullable=True))
    op.create_table(
        "expert_call",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("appraisal_id", BIG, nullable=False),
        sa.Column("travel_minor", BIG, nullable=False),
        sa.Column("board_minor", BIG, nullable=False),
        sa.Column("earnings_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("passed_on_minor", BIG, nullable=True),
        sa.Column("passed_on_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("travel_minor >= 0 AND board_minor >= 0 AND earnings_minor >= 0", name=op.f("ck_expert_call_not_negative")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_expert_call_case_id_case")),
        sa.ForeignKeyConstraint(["appraisal_id"], ["appraisal.id"], name=op.f("fk_expert_call_appraisal_id_appraisal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_call")),
        sa.UniqueConstraint("reference", name=op.f("uq_expert_call_reference")),
    )
    with op.batch_alter_table("expert_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expert_call_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_expert_call_appraisal_id"), ["appraisal_id"], unique=False)
    op.create_table(
        "expert_share",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("call_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("assessment_id", BIG, nullable=False),
        sa.Column("amount_minor", BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_rest", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("found_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_expert_share_positive")),
        sa.ForeignKeyConstraint(["call_id"], ["expert_call.id"], name=op.f("fk_expert_share_call_id_expert_call")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_expert_share_party_id_party")),
        sa.ForeignKeyConstraint(["assessment_id"], ["fee_assessment.id"], name=op.f("fk_expert_share_assessment_id_fee_assessment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expert_share")),
        sa.UniqueConstraint("reference", name=op.f("uq_expert_share_reference")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_expert_share_assessment_id")),
    )
    with op.batch_alter_table("expert_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expert_share_call_id"), ["call_id"], unique=False)


def downgrade() -> None:
    op.drop_table("expert_share")
    op.drop_table("expert_call")
    with op.batch_alter_table("report_objection", schema=None) as batch_op:
        batch_op.drop_column("given_up_by")
        batch_op.drop_column("called_by")
    with op.batch_alter_table("appraisal", schema=None) as batch_op:
        batch_op.drop_column("attendance_included")
