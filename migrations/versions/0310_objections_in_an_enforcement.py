"""a party or somebody outside objects to what is done in an enforcement

Revises 0304.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0310"
down_revision = "0304"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody could object before."""
    op.create_table(
        "enforcement_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("enforcement_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("outsider", sa.String(200), nullable=True),
        sa.Column("email", sa.String(320), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("measure_entry", sa.Integer(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("ruled_entry", sa.Integer(), nullable=True),
        sa.Column("ruled_at", WHEN, nullable=True),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("review_entry", sa.Integer(), nullable=True),
        sa.Column("suit_id", BIG, nullable=True),
        sa.Column("suit_entry", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("outcome_entry", sa.Integer(), nullable=True),
        sa.Column("carried_out_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_enforcement_objection_case_id_case")),
        sa.ForeignKeyConstraint(
            ["enforcement_id"],
            ["enforcement_case.id"],
            name=op.f("fk_enforcement_objection_enforcement_id_enforcement_case"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_enforcement_objection_party_id_party")),
        sa.ForeignKeyConstraint(["suit_id"], ["case.id"], name=op.f("fk_enforcement_objection_suit_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_objection")),
        sa.UniqueConstraint("reference", name=op.f("uq_enforcement_objection_reference")),
    )
    op.create_index("ix_enforcement_objection_case_id", "enforcement_objection", ["case_id"])


def downgrade() -> None:
    """What was ruled stands in the docket; what waits is objected to again."""
    op.drop_table("enforcement_objection")
