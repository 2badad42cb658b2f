"""of a piece of a recording it is noted when its film was made

Revises 0257.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0258"
down_revision = "0257"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of what was filmed before nothing is said: the process that makes films finds the film and notes it."""
    op.add_column("live_segment", sa.Column("filmed_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """Films are looked for on the disk."""
    op.drop_column("live_segment", "filmed_at")
