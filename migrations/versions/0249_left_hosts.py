"""hearings of which another media host still has something are found by index

Revises 0248.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0249"
down_revision = "0248"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """However many hearings there were before."""
    migrate.add_index("ix_live_room_left", "live_room", ["id"], where="left_hosts <> ''")


def downgrade() -> None:
    """The rows stay; they are looked through."""
    op.drop_index("ix_live_room_left", "live_room")
