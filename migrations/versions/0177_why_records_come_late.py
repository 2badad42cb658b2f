"""why a party asked a platform for its records only after the time for evidence

Revises 0176.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0177"
down_revision = "0176"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of what was asked for before, nobody said why."""
    op.add_column("platform_request", sa.Column("why_late", sa.Text, nullable=True))


def downgrade() -> None:
    """The reason stays in the docket."""
    with op.batch_alter_table("platform_request") as batch:
        batch.drop_column("why_late")
