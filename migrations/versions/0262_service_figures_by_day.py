"""how well service works is kept by the day on which papers were queued

Revises 0261.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0262"
down_revision = "0261"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """One table, empty: the worker counts day by day, and until it has, the page says from which day on."""
    op.create_table(
        "service_day",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("place", sa.String(400), nullable=True),
        sa.Column("part", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("counted_from", UTCDateTime(), nullable=True),
        sa.Column("counted_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_service_day")),
    )


def downgrade() -> None:
    """The figures are counted from the packets whenever they are asked for."""
    op.drop_table("service_day")
