"""security in an enforcement, and until when it waits for it

Revises 0411.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0421"
down_revision = "0411"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """An enforcement stood still only by a ruling before."""
    op.create_table(
        "enforcement_security",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("enforcement_id", BIG, nullable=False),
        sa.Column("debtor_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("giver", sa.String(200), nullable=True),
        sa.Column("address", sa.String(400), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("bound_minor", BIG, nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("waits_until", sa.Date(), nullable=True),
        sa.Column("told_moved", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ordered_minor", BIG, nullable=True),
        sa.Column("ordered_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_enforcement_security_case_id_case")),
        sa.ForeignKeyConstraint(
            ["enforcement_id"],
            ["enforcement_case.id"],
            name=op.f("fk_enforcement_security_enforcement_id_enforcement_case"),
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_enforcement_security_debtor_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enforcement_security")),
        sa.UniqueConstraint("reference", name=op.f("uq_enforcement_security_reference")),
    )
    op.create_index("ix_enforcement_security_case_id", "enforcement_security", ["case_id"])


def downgrade() -> None:
    """The dockets keep what was offered, answered and decided."""
    op.drop_table("enforcement_security")
