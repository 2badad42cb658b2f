"""the call of a person from a terminal, by the visit that made it

Revises 0220.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0217"
down_revision = "0220"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Calls made before stay until they are answered."""
    op.add_column("kiosk_visit", sa.Column("called", BIG, nullable=True))


def downgrade() -> None:
    """A call made meanwhile stays until it is answered."""
    with op.batch_alter_table("kiosk_visit") as batch:
        batch.drop_column("called")
