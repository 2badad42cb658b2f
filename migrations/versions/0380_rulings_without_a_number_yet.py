"""sealed rulings that have no number in the ledger yet

Revises 0370.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0380"
down_revision = "0370"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Rulings of before this get no number."""
    op.create_table(
        "held_ruling",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("original", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_held_ruling_case_id_case")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_held_ruling_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_ruling")),
        sa.UniqueConstraint("document_id", name=op.f("uq_held_ruling_document_id")),
    )
    op.create_index("ix_held_ruling_case_id", "held_ruling", ["case_id"])


def downgrade() -> None:
    """What was held back stays in the dockets, without a number."""
    op.drop_table("held_ruling")
