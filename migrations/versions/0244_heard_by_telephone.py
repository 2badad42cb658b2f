"""since when somebody in a hearing held here is heard by telephone

Revises 0243.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0244"
down_revision = "0243"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Nobody was noted so before."""
    op.add_column("live_person", sa.Column("phone_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """The journal says it."""
    op.drop_column("live_person", "phone_since")
