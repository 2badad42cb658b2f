"""acts ticked together are a list first

Revises 0137.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0138"
down_revision = "0137"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
STATES = ("waits", "taken_back", "done", "refused")


def upgrade() -> None:
    """Nobody has made a list yet."""
    op.create_table(
        "act_list",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("act", sa.String(60), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("ticked", sa.Integer(), nullable=False),
        sa.Column("proved", sa.Boolean(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("said_now_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_act_list_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_list")),
        sa.UniqueConstraint("reference", name=op.f("uq_act_list_reference")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_act_list_account_id")),
    )
    op.create_index("ix_act_list_ended_at_due_at", "act_list", ["ended_at", "due_at"])
    op.create_table(
        "act_list_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("list_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, name="linestate", native_enum=False, length=40), nullable=False),
        sa.Column("at", AT, nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.Column("breach", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["act_list.id"], name=op.f("fk_act_list_line_list_id_act_list")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_act_list_line_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_list_line")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_act_list_line_list_id")),
    )
    op.create_index(op.f("ix_act_list_line_case_id"), "act_list_line", ["case_id"])
    op.create_index("ix_act_list_line_state_subject", "act_list_line", ["state", "subject"])


def downgrade() -> None:
    """Lists that still wait are forgotten: nothing of them was done."""
    op.drop_table("act_list_line")
    op.drop_table("act_list")
