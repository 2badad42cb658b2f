"""fines and detention in an enforcement

Revises 0224.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0220"
down_revision = "0224"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody was fined or detained in an enforcement before."""
    op.create_table(
        "sanction",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("enforcement_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("asked_by_id", BIG, nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("officer", sa.String(200), nullable=True),
        sa.Column("fine_minor", BIG, nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("custody", sa.String(40), nullable=False),
        sa.Column("assessment_id", BIG, nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("asked_entry", sa.Integer(), nullable=True),
        sa.Column("decided_entry", sa.Integer(), nullable=True),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("detained_at", WHEN, nullable=True),
        sa.Column("free_at", WHEN, nullable=True),
        sa.Column("release_asked", sa.Text(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("review_answer", sa.String(20), nullable=True),
        sa.Column("over_ground", sa.String(40), nullable=True),
        sa.Column("over_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_sanction_case_id_case")),
        sa.ForeignKeyConstraint(
            ["enforcement_id"], ["enforcement_case.id"], name=op.f("fk_sanction_enforcement_id_enforcement_case")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_sanction_party_id_party")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["party.id"], name=op.f("fk_sanction_asked_by_id_party")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["fee_assessment.id"], name=op.f("fk_sanction_assessment_id_fee_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
        sa.UniqueConstraint("reference", name=op.f("uq_sanction_reference")),
    )
    op.create_index("ix_sanction_case_id", "sanction", ["case_id"])


def downgrade() -> None:
    """Fines and detentions are gone; what was paid stays in the books."""
    op.drop_table("sanction")
