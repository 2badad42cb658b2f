"""a judge's working copy of a case

Revises 0160.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0161"
down_revision = "0160"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Marks that are one judge's own, and the leave for whoever follows to have them."""
    op.create_table(
        "working_mark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("exhibit", sa.String(20), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.Column("quoted", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("from_account", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_working_mark_case_id_case")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_working_mark_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_mark")),
        sa.UniqueConstraint("reference", name=op.f("uq_working_mark_reference")),
    )
    op.create_index(op.f("ix_working_mark_case_id"), "working_mark", ["case_id"])
    op.create_index(op.f("ix_working_mark_account_id"), "working_mark", ["account_id"])
    op.create_table(
        "working_copy_left",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("left_at", INSTANT, nullable=False),
        sa.Column("taken_by", BIG, nullable=True),
        sa.Column("taken_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_working_copy_left_case_id_case")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_working_copy_left_account_id_account")),
        sa.ForeignKeyConstraint(["taken_by"], ["account.id"], name=op.f("fk_working_copy_left_taken_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_copy_left")),
        sa.UniqueConstraint("case_id", "account_id", name=op.f("uq_working_copy_left_case_id")),
    )
    op.create_index(op.f("ix_working_copy_left_account_id"), "working_copy_left", ["account_id"])


def downgrade() -> None:
    """The marks go."""
    op.drop_table("working_copy_left")
    op.drop_table("working_mark")
