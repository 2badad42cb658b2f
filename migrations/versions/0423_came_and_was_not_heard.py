"""who came to a hearing and was not heard all the same: left without leave, or without the guardian

Revises 0422.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0423"
down_revision = "0422"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """A record of before said of nobody who came that they were not heard."""
    op.add_column("attendance", sa.Column("away", sa.String(40), nullable=True))


def downgrade() -> None:
    """The dockets keep what the records say."""
    op.drop_column("attendance", "away")
