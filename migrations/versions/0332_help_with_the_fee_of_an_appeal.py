"""help with the fee of an appeal is asked for by itself

Revises 0331.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0332"
down_revision = "0331"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What was asked for before was asked for every fee of the case."""
    op.add_column(
        "relief_request", sa.Column("for_appeal", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    """Help with the fee of an appeal counts for every fee of the case."""
    op.drop_column("relief_request", "for_appeal")
