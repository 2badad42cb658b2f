"""why a public text is corrected is kept beside why it is not public

Revises 0300.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0301"
down_revision = "0300"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What waits to be corrected was written over the reason, and is published with it."""
    op.add_column("publication", sa.Column("correcting", sa.String(40), nullable=True))


def downgrade() -> None:
    """A text that waits is published with the reason for which the one before was withdrawn."""
    op.drop_column("publication", "correcting")
