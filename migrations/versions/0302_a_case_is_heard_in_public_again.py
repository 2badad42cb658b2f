"""a case that was heard behind closed doors is heard in public again

Revises 0301.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0302"
down_revision = "0301"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What was ordered before stands until the judge rules otherwise."""
    op.add_column("hearing_motion", sa.Column("lifted_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    """A case that is heard in public again is closed from its next examination on."""
    op.drop_column("hearing_motion", "lifted_by")
