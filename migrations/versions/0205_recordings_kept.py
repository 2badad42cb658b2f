"""recordings whose time may be over are found by when their hearing was closed

Revises 0204.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0205"
down_revision = "0204"
branch_labels = None
depends_on = None
form = "expand"

NAME = "ix_live_room_kept"


def upgrade() -> None:
    """The worker looks each second, and few of all are so old."""
    migrate.add_index(NAME, "live_room", ["closed_at", "id"], "erased_at IS NULL")


def downgrade() -> None:
    """They are read through again."""
    op.drop_index(NAME, "live_room")
