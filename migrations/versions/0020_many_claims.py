"""Fields of a claim's cause, many claims sent at once, and leave of those who serve the court."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import odr.ground.db

revision = "0020"
down_revision = "0003"
branch_labels = None
depends_on = None

STATE = sa.Enum("waiting", "lodged", "refused", "failed", name="linestate", native_enum=False, length=40)


def _id() -> sa.Column:
    return sa.Column("id", odr.ground.db.BigInt, nullable=False)


def upgrade() -> None:
    """The column and the tables."""
    op.add_column("claim", sa.Column("particulars", sa.JSON(), nullable=True))
    op.create_table(
        "staff_leave",
        _id(),
        sa.Column("account_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("set_by", odr.ground.db.BigInt, nullable=False),
        sa.Column("at", odr.ground.db.UTCDateTime(), nullable=False),
        sa.Column("ended_at", odr.ground.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_leave_account_id")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_staff_leave_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_leave")),
    )
    op.create_index(op.f("ix_staff_leave_account_id"), "staff_leave", ["account_id"])
    op.create_table(
        "bulk_filing",
        _id(),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("account_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("is_table", sa.Boolean(), nullable=False),
        sa.Column("claimant", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("clerk_id", odr.ground.db.BigInt, nullable=True),
        sa.Column("created_at", odr.ground.db.UTCDateTime(), nullable=False),
        sa.Column("finished_at", odr.ground.db.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bulk_filing_account_id")),
        sa.ForeignKeyConstraint(["clerk_id"], ["account.id"], name=op.f("fk_bulk_filing_clerk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_filing")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_bulk_filing_account_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_bulk_filing_reference")),
    )
    op.create_index(op.f("ix_bulk_filing_account_id"), "bulk_filing", ["account_id"])
    op.create_index("ix_bulk_filing_finished_at", "bulk_filing", ["finished_at"])
    op.create_table(
        "bulk_line",
        _id(),
        sa.Column("bulk_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("case_id", odr.ground.db.BigInt, nullable=True),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_filing.id"], name=op.f("fk_bulk_line_bulk_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_bulk_line_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_line")),
        sa.UniqueConstraint("bulk_id", "number", name=op.f("uq_bulk_line_bulk_id")),
    )
    op.create_index(op.f("ix_bulk_line_case_id"), "bulk_line", ["case_id"])
    op.create_index("ix_bulk_line_bulk_id_state_number", "bulk_line", ["bulk_id", "state", "number"])


def downgrade() -> None:
    """Without them again."""
    op.drop_table("bulk_line")
    op.drop_table("bulk_filing")
    op.drop_table("staff_leave")
    op.drop_column("claim", "particulars")
