"""fines and detention for disturbing a hearing or obstructing the proceedings

Revises 0332.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0340"
down_revision = "0332"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Outside of an enforcement nobody was fined or detained before."""
    op.create_table(
        "conduct_sanction",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
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
        sa.Column("decided_entry", sa.Integer(), nullable=True),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("detained_at", WHEN, nullable=True),
        sa.Column("free_at", WHEN, nullable=True),
        sa.Column("release_asked", sa.Text(), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("review_answer", sa.String(20), nullable=True),
        sa.Column("over_ground", sa.String(40), nullable=True),
        sa.Column("over_entry", sa.Integer(), nullable=True),
        sa.Column("hearing_id", BIG, nullable=True),
        sa.Column("in_hearing", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("order_before", sa.String(40), nullable=False),
        sa.Column("answer_by", WHEN, nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("review_by", WHEN, nullable=True),
        sa.Column("paid_minor", BIG, nullable=False),
        sa.CheckConstraint(
            "(role = 'party') = (party_id IS NOT NULL)", name=op.f("ck_conduct_sanction_a_party_is_named")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_conduct_sanction_case_id_case")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_conduct_sanction_hearing_id_hearing")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_conduct_sanction_party_id_party")),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["fee_assessment.id"], name=op.f("fk_conduct_sanction_assessment_id_fee_assessment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conduct_sanction")),
        sa.UniqueConstraint("reference", name=op.f("uq_conduct_sanction_reference")),
    )
    op.create_index("ix_conduct_sanction_case_id", "conduct_sanction", ["case_id"])


def downgrade() -> None:
    """Fines and detentions of this kind are gone; what was paid stays in the books."""
    op.drop_table("conduct_sanction")
