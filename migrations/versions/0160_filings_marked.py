"""later filings looked at by the registry, and those that are marked

Revises 0157.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0160"
down_revision = "0157"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
OPEN = "closed_entry IS NULL"


def upgrade() -> None:
    """What the clerk found in order, and what was marked for its filer to mend."""
    op.create_table(
        "filing_look",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("looked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_filing_look_case_id_case")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_filing_look_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_look")),
        sa.UniqueConstraint("case_id", "entry_number", name=op.f("uq_filing_look_case_id")),
    )
    op.create_table(
        "filing_mark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(40), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("marked_at", INSTANT, nullable=False),
        sa.Column("marked_entry", sa.Integer(), nullable=False),
        sa.Column("answered_entry", sa.Integer(), nullable=True),
        sa.Column("mended_by", sa.Integer(), nullable=True),
        sa.Column("closed_entry", sa.Integer(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_filing_mark_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_filing_mark_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_mark")),
        sa.UniqueConstraint("reference", name=op.f("uq_filing_mark_reference")),
        sa.UniqueConstraint("case_id", "marked_entry", name=op.f("uq_filing_mark_case_id")),
    )
    op.create_index(op.f("ix_filing_mark_case_id"), "filing_mark", ["case_id"])
    op.create_index(
        "ix_filing_mark_open", "filing_mark", ["marked_at"], sqlite_where=sa.text(OPEN), postgresql_where=sa.text(OPEN)
    )


def downgrade() -> None:
    """The marks go."""
    op.drop_table("filing_mark")
    op.drop_table("filing_look")
