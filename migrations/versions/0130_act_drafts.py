"""what was typed into the form of an act is kept until it is sent

Revises 0129.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAMES = ["account_id", "case_id", "hat", "act", "about"]


def upgrade() -> None:
    """Forms opened before keep nothing."""
    op.create_table(
        "act_draft",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("hat", sa.String(40), nullable=False),
        sa.Column("act", sa.String(60), nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_act_draft_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_draft")),
        sa.UniqueConstraint(*NAMES, name=op.f("uq_act_draft_account_id")),
    )
    op.create_index(op.f("ix_act_draft_case_id"), "act_draft", ["case_id"])
    op.create_index(op.f("ix_act_draft_saved_at"), "act_draft", ["saved_at"])


def downgrade() -> None:
    """What was typed and not sent is gone."""
    op.drop_table("act_draft")
