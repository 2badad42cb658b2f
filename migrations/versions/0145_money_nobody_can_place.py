"""money nobody can place goes back, and a bank's own columns are known after they were said once

Revises 0144.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0145"
down_revision = "0144"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Lines that are there say nothing of the payer's account."""
    op.add_column("bank_line", sa.Column("payer_account", sa.String(60), nullable=False, server_default=""))
    op.add_column("bank_line", sa.Column("written_as", sa.String(8), nullable=False, server_default="csv"))
    op.add_column("bank_line", sa.Column("more", sa.String(400), nullable=False, server_default=""))
    op.add_column("bank_line", sa.Column("doubted_at", INSTANT, nullable=True))
    op.create_index(op.f("ix_bank_line_booked_on"), "bank_line", ["booked_on"])
    op.create_table(
        "bank_return",
        sa.Column("id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("why", sa.String(400), nullable=False),
        sa.Column("persons_needed", sa.Integer(), nullable=False),
        sa.Column("asked_by", BIG, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("approved_by", BIG, nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("way", sa.String(120), nullable=True),
        sa.Column("returned_at", INSTANT, nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("receipt", sa.String(26), nullable=True),
        sa.Column("dropped_by", BIG, nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_return_line_id_bank_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_return")),
        sa.UniqueConstraint("receipt", name=op.f("uq_bank_return_receipt")),
    )
    op.create_index(op.f("ix_bank_return_line_id"), "bank_return", ["line_id"])
    op.create_table(
        "bank_columns",
        sa.Column("id", BIG, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("said_by", BIG, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_columns")),
        sa.UniqueConstraint("mark", name=op.f("uq_bank_columns_mark")),
    )
    op.create_table(
        "bank_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sent_by", BIG, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_bank_file_reference")),
        sa.UniqueConstraint("sha256", name=op.f("uq_bank_file_sha256")),
    )


def downgrade() -> None:
    """What was paid back stays booked; who agreed to it is gone."""
    for table in ("bank_file", "bank_columns", "bank_return"):
        op.drop_table(table)
    with op.batch_alter_table("bank_line") as table:
        table.drop_index(op.f("ix_bank_line_booked_on"))
        for column in ("payer_account", "written_as", "more", "doubted_at"):
            table.drop_column(column)
