"""the names of the court's people stand beside their roles

Revises 0265.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0266"
down_revision = "0265"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Empty first: the worker writes them, also beside the roles that the version before gives meanwhile."""
    op.add_column("account_role", sa.Column("name", sa.String(200), nullable=False, server_default=""))


def downgrade() -> None:
    """Names are looked up among all accounts."""
    op.drop_column("account_role", "name")
