"""pieces of a recording that no engine has heard are found by index

Revises 0223.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0224"
down_revision = "0223"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """However many hearings there were before."""
    migrate.add_index("ix_live_segment_unheard", "live_segment", ["id"], where="heard_at IS NULL")


def downgrade() -> None:
    """The rows stay; they are looked through."""
    op.drop_index("ix_live_segment_unheard", "live_segment")
