"""the ledger of outages, and the pulses by which they are noticed

Revises 0139.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0140"
down_revision = "0139"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of earlier outages."""
    op.create_table(
        "outage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("seen_by", sa.String(80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.CheckConstraint("began_at < ended_at", name=op.f("ck_outage_ends_after_it_began")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        sa.UniqueConstraint("reference", name=op.f("uq_outage_reference")),
    )
    op.create_index(op.f("ix_outage_ended_at"), "outage", ["ended_at"])
    op.create_index(op.f("ix_outage_weighed_at"), "outage", ["weighed_at"])
    op.create_table(
        "pulse",
        sa.Column("who", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_pulse")),
    )


def downgrade() -> None:
    """The ledger is gone; what it made longer stays longer."""
    op.drop_table("pulse")
    op.drop_index(op.f("ix_outage_weighed_at"), table_name="outage")
    op.drop_index(op.f("ix_outage_ended_at"), table_name="outage")
    op.drop_table("outage")
