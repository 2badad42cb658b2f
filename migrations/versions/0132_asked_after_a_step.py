"""people are asked two questions after a step of their case

Revises 0131.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0132"
down_revision = "0131"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STEPS = ("lodging", "joining", "hearing", "ending")
CLEAR = ("yes", "partly", "no")
HINDRANCES = ("nothing", "words", "next", "files", "page", "waiting", "cost", "other")


def upgrade() -> None:
    """Nobody was asked before."""
    op.create_table(
        "step_asked",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("step", sa.Enum(*STEPS, name="step", native_enum=False, length=40), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_step_asked_account_id_account")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_step_asked_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_asked")),
        sa.UniqueConstraint("account_id", "case_id", "step", name=op.f("uq_step_asked_account_id")),
    )
    op.create_index(op.f("ix_step_asked_account_id"), "step_asked", ["account_id"])
    op.create_index(op.f("ix_step_asked_case_id"), "step_asked", ["case_id"])
    op.create_table(
        "step_answer",
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("step", sa.Enum(*STEPS, name="step", native_enum=False, length=40), nullable=False),
        sa.Column("side", sa.String(20), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("clear", sa.Enum(*CLEAR, name="clear", native_enum=False, length=40), nullable=False),
        sa.Column(
            "hindrance", sa.Enum(*HINDRANCES, name="hindrance", native_enum=False, length=40), nullable=False
        ),
        sa.Column("words", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_step_answer")),
    )


def downgrade() -> None:
    """What was answered is gone."""
    op.drop_table("step_answer")
    op.drop_table("step_asked")
