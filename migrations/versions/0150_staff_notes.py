"""notes between people of the court

Revises 0149.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0150"
down_revision = "0149"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A word to a colleague about a case or one of its entries, beside the file."""
    op.create_table(
        "staff_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("for_role", sa.String(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("closed_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_staff_note_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_note")),
        sa.UniqueConstraint("reference", name=op.f("uq_staff_note_reference")),
    )
    op.create_index(op.f("ix_staff_note_case_id"), "staff_note", ["case_id"])
    op.create_index("ix_staff_note_closed_at_written_at", "staff_note", ["closed_at", "written_at"])


def downgrade() -> None:
    """The notes go."""
    op.drop_table("staff_note")
