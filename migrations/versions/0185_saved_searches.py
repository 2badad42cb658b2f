"""a search can come by e-mail to somebody without an account

Revises 0180.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0185"
down_revision = "0180"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody has asked for one before."""
    op.create_table(
        "saved_search",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_to", sa.Integer(), nullable=False),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("reference", name=op.f("uq_saved_search_reference")),
    )
    op.create_index(op.f("ix_saved_search_email"), "saved_search", ["email"])
    op.create_index("ix_saved_search_tell_at", "saved_search", ["tell_at"])


def downgrade() -> None:
    """Whoever asked for one is told no more, and their addresses are gone."""
    op.drop_table("saved_search")
