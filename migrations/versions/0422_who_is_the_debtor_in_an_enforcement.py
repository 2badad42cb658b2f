"""who is asked to be the debtor in an enforcement, and how far an heir answers

Revises 0421.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0422"
down_revision = "0421"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A judge put somebody in a debtor's place before without anybody asking, and no bound was kept."""
    op.create_table(
        "debtor_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("enforcement_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("was", sa.String(200), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("kind", sa.String(40), nullable=True),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("phone", sa.String(40), nullable=True),
        sa.Column("address", sa.String(400), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("worth_minor", BIG, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_debtor_change_case_id_case")),
        sa.ForeignKeyConstraint(
            ["enforcement_id"], ["enforcement_case.id"], name=op.f("fk_debtor_change_enforcement_id_enforcement_case")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_debtor_change_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor_change")),
        sa.UniqueConstraint("reference", name=op.f("uq_debtor_change_reference")),
    )
    op.create_index("ix_debtor_change_case_id", "debtor_change", ["case_id"])


def downgrade() -> None:
    """The dockets keep what was asked and ruled."""
    op.drop_table("debtor_change")
