"""pieces of a recording of which a film is still to be made are found by index

Revises 0257.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground import migrate
from odr.ground.db import UTCDateTime

revision = "0258"
down_revision = "0257"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of what was filmed before nothing is said: the process that makes films finds the film and notes it."""
    op.add_column("live_segment", sa.Column("filmed_at", UTCDateTime(), nullable=True))
    where = "filmed_at IS NULL AND ended_at IS NOT NULL"
    migrate.add_index("ix_live_segment_unfilmed", "live_segment", ["room_id"], where=where)


def downgrade() -> None:
    """Every kept recording is gone through in each round."""
    op.drop_index("ix_live_segment_unfilmed", "live_segment")
    op.drop_column("live_segment", "filmed_at")
