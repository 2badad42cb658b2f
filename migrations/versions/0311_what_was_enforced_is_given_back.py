"""what was enforced on a judgment that fell is ruled to be given back

Revises 0310.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0311"
down_revision = "0310"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """It was seen to by hand before."""
    op.create_table(
        "enforcement_reversal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("giver_id", BIG, nullable=False),
        sa.Column("receiver_id", BIG, nullable=False),
        sa.Column("amount_minor", BIG, nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("what", sa.Text(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("asked_entry", sa.Integer(), nullable=True),
        sa.Column("ruled_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_enforcement_reversal_case_id_case")),
        sa.ForeignKeyConstraint(["giver_id"], ["party.id"], name=op.f("fk_enforcement_reversal_giver_id_party")),
        sa.ForeignKeyConstraint(["receiver_id"], ["party.id"], name=op.f("fk_enforcement_reversal_receiver_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_reversal")),
        sa.UniqueConstraint("reference", name=op.f("uq_enforcement_reversal_reference")),
    )
    op.create_index("ix_enforcement_reversal_case_id", "enforcement_reversal", ["case_id"])


def downgrade() -> None:
    """What was ruled stands in the docket, and what is owed by it among what is owed."""
    op.drop_table("enforcement_reversal")
