"""the notice of a fee says where its claim is heard since

Revises 0321.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0330"
down_revision = "0321"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of notices of before nothing is told: money for them goes back, as it did."""
    op.add_column("fee_assessment", sa.Column("goes_on_as", sa.String(26), nullable=True))


def downgrade() -> None:
    """Money for the notice of a case that was joined goes back."""
    op.drop_column("fee_assessment", "goes_on_as")
