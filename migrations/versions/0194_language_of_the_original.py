"""a letter knows the language of its case: it goes out in that one, with a translation beside it for who reads another

Revises 0193.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0194"
down_revision = "0193"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Letters that are there went out in the reader's language, and say of no other."""
    op.add_column("service_packet", sa.Column("original", sa.String(12), nullable=True))


def downgrade() -> None:
    """Letters go out in the reader's language alone again."""
    with op.batch_alter_table("service_packet") as batch:
        batch.drop_column("original")
