"""a part of a case is closed before it is decided first

Revises 0126.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Parts decided before were not closed by an act of their own; what is decided stays decided."""
    op.create_table(
        "closed_part",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("reliefs", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_closed_part_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_part")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_closed_part_case_id"), "closed_part", ["case_id"])


def downgrade() -> None:
    """Which part was closed still stands on the docket."""
    op.drop_index(op.f("ix_closed_part_case_id"), table_name="closed_part")
    op.drop_table("closed_part")
