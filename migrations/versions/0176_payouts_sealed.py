"""the account for a payout lies sealed

Revises 0175.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0176"
down_revision = "0175"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Accounts named before stay where they are: the docket tells them too."""
    op.add_column("payout_instruction", sa.Column("sealed", sa.Text, nullable=True))


def downgrade() -> None:
    """What was sealed is gone; the account to pay into is named anew."""
    with op.batch_alter_table("payout_instruction") as batch:
        batch.drop_column("sealed")
