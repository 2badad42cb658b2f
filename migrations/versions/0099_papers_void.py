"""a paper that no longer holds says so to whoever checks it

Revises 0098.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No paper of before was void; judgments that were set aside are marked from now on."""
    op.add_column("document", sa.Column("void_by", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("void_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    """The entries on the docket say it all the same."""
    with op.batch_alter_table("document") as batch:
        batch.drop_column("void_at")
        batch.drop_column("void_by")
