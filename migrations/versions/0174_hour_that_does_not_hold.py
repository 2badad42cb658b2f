"""the hour that a letter says is no longer that of a hearing

Revises 0173.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0174"
down_revision = "0173"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Letters of before keep their words."""
    op.add_column("service_packet", sa.Column("off_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """A packet no longer says which hour its letter is about."""
    with op.batch_alter_table("service_packet") as batch:
        batch.drop_column("off_at")
