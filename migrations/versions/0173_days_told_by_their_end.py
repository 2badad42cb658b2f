"""days on which people cannot come are found by their end

Revises 0172.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0173"
down_revision = "0172"
branch_labels = None
depends_on = None
form = "expand"

NAME = "ix_days_away_until_on"


def upgrade() -> None:
    """Weeks ask for all that hold on their days; those that are over are many more."""
    migrate.add_index(NAME, "days_away", ["until_on"], "ended_at IS NULL")


def downgrade() -> None:
    """They are read through again."""
    op.drop_index(NAME, "days_away")
