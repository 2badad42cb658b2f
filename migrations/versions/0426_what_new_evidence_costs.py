"""what a party asks for because new evidence in a retrial cost it something, and the orders that answer it

Revises 0425.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0426"
down_revision = "0425"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody could ask for it before."""
    op.create_table(
        "new_evidence_cost",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("against_id", BIG, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("granted_minor", BIG, nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(granted_minor IS NULL) = (reasons IS NULL)", name=op.f("ck_new_evidence_cost_found_has_reasons")
        ),
        sa.CheckConstraint(
            "granted_minor IS NULL OR granted_minor >= 0", name=op.f("ck_new_evidence_cost_granted_not_negative")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_new_evidence_cost_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_new_evidence_cost_party_id_party")),
        sa.ForeignKeyConstraint(["against_id"], ["party.id"], name=op.f("fk_new_evidence_cost_against_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_new_evidence_cost")),
        sa.UniqueConstraint("reference", name=op.f("uq_new_evidence_cost_reference")),
    )
    op.create_index("ix_new_evidence_cost_case_id", "new_evidence_cost", ["case_id"])
    op.add_column("decision_order", sa.Column("new_evidence_cost", sa.String(26), nullable=True))


def downgrade() -> None:
    """The dockets keep what was asked and found."""
    op.drop_column("decision_order", "new_evidence_cost")
    op.drop_table("new_evidence_cost")
