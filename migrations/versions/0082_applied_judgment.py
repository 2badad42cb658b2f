"""judgments in actions of many that apply to who had not registered

Revises 0081.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applied_judgment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_applied_judgment_case_id_case")),
        sa.ForeignKeyConstraint(["group_case_id"], ["case.id"], name=op.f("fk_applied_judgment_group_case_id_case")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_applied_judgment_decision_id_decision")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applied_judgment")),
        sa.UniqueConstraint("case_id", name=op.f("uq_applied_judgment_case_id")),
    )
    with op.batch_alter_table("applied_judgment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_applied_judgment_group_case_id"), ["group_case_id"], unique=False)


def downgrade() -> None:
    op.drop_table("applied_judgment")
