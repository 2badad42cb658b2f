"""what a case without a claim was opened for, and the hour of what a letter calls to

Revises 0171.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0172"
down_revision = "0171"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Cases that are closed are called as before; letters of before keep their words."""
    op.add_column("case", sa.Column("begun_as", sa.String(40), nullable=True))
    op.add_column("service_packet", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """A closed case no longer says what it was for, and a packet not at which hour one comes."""
    with op.batch_alter_table("service_packet") as batch:
        batch.drop_column("held_at")
    with op.batch_alter_table("case") as batch:
        batch.drop_column("begun_as")
