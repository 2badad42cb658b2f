"""what the guide could not answer, and questions handed to the registry

Revises 0177.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0177"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has asked yet."""
    op.create_table(
        "guide_gap",
        sa.Column("id", BIG, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.Column("is_word", sa.Boolean(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(400), nullable=True),
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_gap")),
        sa.UniqueConstraint("mark", name=op.f("uq_guide_gap_mark")),
    )
    op.create_index(op.f("ix_guide_gap_month"), "guide_gap", ["month"])
    op.create_table(
        "guide_question",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_question")),
        sa.UniqueConstraint("reference", name=op.f("uq_guide_question_reference")),
    )
    op.create_index("ix_guide_question_waiting", "guide_question", ["answered_at", "due_at", "id"])


def downgrade() -> None:
    """What waited is gone; the list of gaps begins anew."""
    op.drop_table("guide_question")
    op.drop_table("guide_gap")
