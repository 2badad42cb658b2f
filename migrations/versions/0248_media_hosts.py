"""which media host holds a hearing, and which wrote each piece of its recording

Revises 0244.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0248"
down_revision = "0244"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What was held before was held on the one there was."""
    op.add_column("live_room", sa.Column("host", sa.String(40), nullable=True))
    op.add_column("live_room", sa.Column("left_hosts", sa.String(200), nullable=False, server_default=""))
    op.add_column("live_segment", sa.Column("host", sa.String(40), nullable=True))


def downgrade() -> None:
    """The journal says it."""
    op.drop_column("live_segment", "host")
    op.drop_column("live_room", "left_hosts")
    op.drop_column("live_room", "host")
