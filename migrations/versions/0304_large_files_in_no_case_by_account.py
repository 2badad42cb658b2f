"""how much somebody has sent that is in no case is read along an index

Revises 0303.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0304"
down_revision = "0303"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index alone."""
    migrate.add_index(
        "ix_upload_account_unsubmitted", "upload", ["account_id", "size"], "used_at IS NULL AND size > 65536"
    )


def downgrade() -> None:
    """All files of the account are gone through."""
    op.drop_index("ix_upload_account_unsubmitted", "upload")
