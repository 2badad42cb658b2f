"""letters that call to an hour are found by it

Revises 0174.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0175"
down_revision = "0174"
branch_labels = None
depends_on = None
form = "expand"

NAME = "ix_service_packet_held_at"


def upgrade() -> None:
    """Once an hour the reminders ask for the next three days; letters that call to nothing are many more."""
    migrate.add_index(NAME, "service_packet", ["held_at"], "held_at IS NOT NULL")


def downgrade() -> None:
    """They are read through again."""
    op.drop_index(NAME, "service_packet")
