"""days in which execution stood still because of a retrial, beside what is owed

Revises 0435.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0436"
down_revision = "0435"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What stood still before is reckoned as it was."""
    op.add_column("obligation", sa.Column("stood_still", sa.JSON(), nullable=True))


def downgrade() -> None:
    """The dockets say when a retrial was ordered and how it ended."""
    op.drop_column("obligation", "stood_still")
