"""recordings that were erased are found, so that nothing of them stays on a machine

Revises 0205.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0206"
down_revision = "0205"
branch_labels = None
depends_on = None
form = "expand"

NAME = "ix_live_room_erased"


def upgrade() -> None:
    """The worker looks each second, and few of all are erased."""
    migrate.add_index(NAME, "live_room", ["erased_at"], "erased_at IS NOT NULL")


def downgrade() -> None:
    """They are read through again."""
    op.drop_index(NAME, "live_room")
