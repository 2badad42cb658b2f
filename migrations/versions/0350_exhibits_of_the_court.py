"""an exhibit may be the court's own

Revises 0340.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0350"
down_revision = "0340"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Every exhibit of before is a party's."""
    op.add_column("exhibit", sa.Column("of_court", sa.Boolean(), nullable=False, server_default=sa.text("false")))


def downgrade() -> None:
    """What the court made itself stands with the exhibits of the party beside whom it was entered."""
    op.drop_column("exhibit", "of_court")
