"""terminals in the court's hall, and who is at one

Revises 0210.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0211"
down_revision = "0210"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No terminal stands anywhere yet."""
    op.create_table(
        "kiosk",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", BIG, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("reference", name=op.f("uq_kiosk_reference")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_kiosk_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_token_hash")),
    )
    op.create_table(
        "kiosk_visit",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kiosk_id", BIG, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("session_id", BIG, nullable=True),
        sa.Column("large", sa.Boolean(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosk.id"], name=op.f("fk_kiosk_visit_kiosk_id_kiosk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_visit")),
    )
    op.create_index(op.f("ix_kiosk_visit_kiosk_id"), "kiosk_visit", ["kiosk_id"])
    op.create_index(op.f("ix_kiosk_visit_ended_at"), "kiosk_visit", ["ended_at"])


def downgrade() -> None:
    """Every terminal is a browser like any other again."""
    op.drop_table("kiosk_visit")
    op.drop_table("kiosk")
