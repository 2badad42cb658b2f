"""agreements in actions in the public interest are announced

Revises 0381.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0390"
down_revision = "0381"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """No agreement of before was announced."""
    op.add_column("agreement", sa.Column("announced_entry", sa.Integer(), nullable=True))
    op.add_column("agreement", sa.Column("announced_words", sa.Text(), nullable=True))
    op.add_column("agreement", sa.Column("announced_until", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """The dockets keep what was announced."""
    op.drop_column("agreement", "announced_until")
    op.drop_column("agreement", "announced_words")
    op.drop_column("agreement", "announced_entry")
