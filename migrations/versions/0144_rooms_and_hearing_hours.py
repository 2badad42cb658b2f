"""rooms of the court, hearing hours, and how long each hearing is kept

Revises 0143.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0144"
down_revision = "0143"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Hearings that are fixed already keep an hour each; no room and no hours are known until somebody sets them."""
    op.add_column("hearing", sa.Column("length", sa.Integer(), nullable=False, server_default="60"))
    op.create_table(
        "court_room",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_court_room_set_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_court_room")),
    )
    op.create_table(
        "weekly_hours",
        sa.Column("id", BIG, nullable=False),
        sa.Column("room_id", BIG, nullable=True),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(room_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_weekly_hours_of_a_room_or_a_person")
        ),
        sa.CheckConstraint(
            "0 <= begins AND begins < ends AND ends <= 1440 AND slot > 0", name=op.f("ck_weekly_hours_within_a_day")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["court_room.id"], name=op.f("fk_weekly_hours_room_id_court_room")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_weekly_hours_account_id_account")),
        sa.ForeignKeyConstraint(["set_by"], ["account.id"], name=op.f("fk_weekly_hours_set_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_hours")),
    )
    op.create_index(op.f("ix_weekly_hours_room_id"), "weekly_hours", ["room_id"])
    op.create_index("ix_weekly_hours_account_id_weekday", "weekly_hours", ["account_id", "weekday"])


def downgrade() -> None:
    """Rooms and hours are gone; hearings keep day, hour and place."""
    op.drop_table("weekly_hours")
    op.drop_table("court_room")
    op.drop_column("hearing", "length")
