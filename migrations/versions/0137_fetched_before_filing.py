"""the court fetches pages and records of platforms for a claim that is still written

Revises 0136.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0137"
down_revision = "0136"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ONE_SOURCE = (
    "(kind = 'page' AND url IS NOT NULL) OR"
    " (kind = 'records' AND platform_id IS NOT NULL AND order_number IS NOT NULL AND until IS NOT NULL)"
)


def upgrade() -> None:
    """Nothing was fetched before filing until now."""
    op.create_table(
        "early_fetch",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("draft", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("url", sa.String(2000), nullable=True),
        sa.Column("platform_id", KEY, nullable=True),
        sa.Column("order_number", sa.String(100), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(150), nullable=False),
        sa.Column("proves", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("why", sa.String(40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("came_at", MOMENT, nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.CheckConstraint(ONE_SOURCE, name=op.f("ck_early_fetch_one_source")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_early_fetch_platform_id_platform")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_fetch")),
        sa.UniqueConstraint("reference", name=op.f("uq_early_fetch_reference")),
    )
    op.create_index(op.f("ix_early_fetch_account_id"), "early_fetch", ["account_id"])
    op.create_index("ix_early_fetch_state", "early_fetch", ["state", "id"])
    op.create_index("ix_early_fetch_draft", "early_fetch", ["draft", "id"])
    op.create_table(
        "early_file",
        sa.Column("id", KEY, nullable=False),
        sa.Column("fetch_id", KEY, nullable=False),
        sa.Column("upload_id", KEY, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(["fetch_id"], ["early_fetch.id"], name=op.f("fk_early_file_fetch_id_early_fetch")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_early_file_upload_id_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_file")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_early_file_upload_id")),
    )
    op.create_index(op.f("ix_early_file_fetch_id"), "early_file", ["fetch_id"])


def downgrade() -> None:
    """What was fetched stays as files of those who asked; that the court fetched it is forgotten."""
    op.drop_table("early_file")
    op.drop_table("early_fetch")
