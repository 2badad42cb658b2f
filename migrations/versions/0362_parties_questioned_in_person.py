"""parties questioned in person

Revises 0361.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0362"
down_revision = "0361"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No party was called to be questioned in person through the program before."""
    op.create_table(
        "party_questioning",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("undertaken_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_party_questioning_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_questioning_party_id_party")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_party_questioning_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_questioning")),
        sa.UniqueConstraint("reference", name=op.f("uq_party_questioning_reference")),
    )
    op.create_index("ix_party_questioning_case_id", "party_questioning", ["case_id"])


def downgrade() -> None:
    """The dockets keep who was called, what was undertaken, and what became of it."""
    op.drop_table("party_questioning")
