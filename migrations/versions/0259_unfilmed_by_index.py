"""pieces of a recording of which a film is still to be made are found by index

Revises 0258.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0259"
down_revision = "0258"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index."""
    where = "filmed_at IS NULL AND ended_at IS NOT NULL"
    migrate.add_index("ix_live_segment_unfilmed", "live_segment", ["room_id"], where=where)


def downgrade() -> None:
    """Every kept recording is gone through in each round."""
    op.drop_index("ix_live_segment_unfilmed", "live_segment")
