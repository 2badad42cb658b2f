"""searches for property before an enforcement ends for now

Revises 0362.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0363"
down_revision = "0362"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """An enforcement ended for now by the judge's ruling alone before."""
    op.create_table(
        "enforcement_search",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("enforcement_id", BIG, nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("searched_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("members", sa.Text(), nullable=True),
        sa.Column("examined", sa.Text(), nullable=True),
        sa.Column("examined_by", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_enforcement_search_case_id_case")),
        sa.ForeignKeyConstraint(
            ["enforcement_id"],
            ["enforcement_case.id"],
            name=op.f("fk_enforcement_search_enforcement_id_enforcement_case"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_search")),
        sa.UniqueConstraint("reference", name=op.f("uq_enforcement_search_reference")),
    )
    op.create_index("ix_enforcement_search_case_id", "enforcement_search", ["case_id"])


def downgrade() -> None:
    """The dockets keep what was searched and who agreed."""
    op.drop_table("enforcement_search")
