"""advice of the prosecution to hear a case again

Revises 0437.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0440"
down_revision = "0437"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """None could be recorded before."""
    op.create_table(
        "prosecution_advice",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("decision_id", BIG, nullable=True),
        sa.Column("statement_id", BIG, nullable=True),
        sa.Column("office", sa.String(200), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("of_itself", sa.Boolean(), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("closed_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_prosecution_advice_case_id_case")),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_prosecution_advice_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["document.id"], name=op.f("fk_prosecution_advice_statement_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prosecution_advice")),
        sa.UniqueConstraint("reference", name=op.f("uq_prosecution_advice_reference")),
    )
    op.create_index("ix_prosecution_advice_case_id", "prosecution_advice", ["case_id"])


def downgrade() -> None:
    """The dockets keep what came in and what was answered."""
    op.drop_table("prosecution_advice")
