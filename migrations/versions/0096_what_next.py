"""a packet says what its addressee does about it

Revises 0095.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Packets of before say nothing of it; their letters have left."""
    op.add_column("service_packet", sa.Column("what_next", sa.JSON(), nullable=True))


def downgrade() -> None:
    """The letters that left keep their words."""
    with op.batch_alter_table("service_packet") as batch:
        batch.drop_column("what_next")
