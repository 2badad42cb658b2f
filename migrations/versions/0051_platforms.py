"""Accredited platforms and what parties asked of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import odr.ground.db

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The two tables."""
    op.create_table(
        "platform",
        sa.Column("id", odr.ground.db.BigInt, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("public_key", sa.String(length=44), nullable=False),
        sa.Column("accredited_at", odr.ground.db.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", odr.ground.db.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("key", name=op.f("uq_platform_key")),
    )
    op.create_table(
        "platform_request",
        sa.Column("id", odr.ground.db.BigInt, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("case_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("party_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("account_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("platform_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("order_number", sa.String(length=100), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("proves", sa.Text(), nullable=False),
        sa.Column("asked_entry", sa.Integer(), nullable=False),
        sa.Column("until", odr.ground.db.UTCDateTime(), nullable=False),
        sa.Column("exhibit_id", odr.ground.db.BigInt, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_platform_request_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_platform_request_case_id")),
        sa.ForeignKeyConstraint(["exhibit_id"], ["exhibit.id"], name=op.f("fk_platform_request_exhibit_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_platform_request_party_id")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_platform_request_platform_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_platform_request_reference")),
    )
    op.create_index(op.f("ix_platform_request_case_id"), "platform_request", ["case_id"])


def downgrade() -> None:
    """Without them again."""
    op.drop_table("platform_request")
    op.drop_table("platform")
