"""beside a draft: comments of the bench on it, and text blocks of a judge

Revises 0148.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0149"
down_revision = "0148"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables that no older program asks."""
    op.create_table(
        "draft_comment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("draft_number", sa.Integer(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_draft_comment_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_comment")),
        sa.UniqueConstraint("reference", name=op.f("uq_draft_comment_reference")),
    )
    op.create_index(op.f("ix_draft_comment_case_id"), "draft_comment", ["case_id"])
    op.create_table(
        "text_block",
        sa.Column("id", BIG, nullable=False),
        sa.Column("series", sa.String(26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("is_left", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_block")),
        sa.UniqueConstraint("series", "version", name=op.f("uq_text_block_series")),
    )
    op.create_index(op.f("ix_text_block_account_id"), "text_block", ["account_id"])


def downgrade() -> None:
    """Comments and blocks are gone; drafts and decisions are untouched."""
    op.drop_table("text_block")
    op.drop_table("draft_comment")
