"""a place for who is heard or interprets is offered, and taken by who accepts it

Revises 0118.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who has a place keeps it."""
    op.create_table(
        "seat_offer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(26), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_seat_offer_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_offer")),
        sa.UniqueConstraint("reference", name=op.f("uq_seat_offer_reference")),
    )
    for column in ("case_id", "account_id", "subject"):
        op.create_index(op.f(f"ix_seat_offer_{column}"), "seat_offer", [column])


def downgrade() -> None:
    """What was offered and not accepted is offered anew."""
    for column in ("subject", "account_id", "case_id"):
        op.drop_index(op.f(f"ix_seat_offer_{column}"), table_name="seat_offer")
    op.drop_table("seat_offer")
