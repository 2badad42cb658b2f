"""numbers of the media room's events, which begin at the time in microseconds, fit their column on PostgreSQL too

Revises 0249.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0250"
down_revision = "0249"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """SQLite keeps whatever number there is."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("live_room", "heard_of", existing_type=sa.Integer(), type_=sa.BigInteger())


def downgrade() -> None:
    """A number that no longer fits begins again: the room's events since are heard once more."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("UPDATE live_room SET heard_of = 0 WHERE heard_of > 2147483647")
        op.alter_column("live_room", "heard_of", existing_type=sa.BigInteger(), type_=sa.Integer())
