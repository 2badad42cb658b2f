"""posts of those who serve the court with their terms, and trainings

Revises 0217.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0218"
down_revision = "0217"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Of whom no post is entered, the role is enough, as before."""
    op.create_table(
        "staff_term",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_record", sa.Text(), nullable=True),
        sa.Column("end_receipt", sa.String(26), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_term_account_id_account")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_staff_term_set_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_term")),
        sa.UniqueConstraint("reference", name=op.f("uq_staff_term_reference")),
        sa.UniqueConstraint("receipt", name=op.f("uq_staff_term_receipt")),
        sa.UniqueConstraint("end_receipt", name=op.f("uq_staff_term_end_receipt")),
    )
    op.create_index("ix_staff_term_account_id", "staff_term", ["account_id", "kind"])


def downgrade() -> None:
    """What was entered is lost; its records stand in the log by their digests."""
    op.drop_table("staff_term")
