"""a file knows by which request of its sender it came, and no request brings a file twice

Revises 0274.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0280"
down_revision = "0274"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Of files that came before, and of requests without a name, nothing is said."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "named_file",
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("upload_id", number, nullable=False),
        # The version before gives an upload up without knowing of this table.
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_named_file_upload_id_upload", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mark", name="pk_named_file"),
        sa.UniqueConstraint("upload_id", name="uq_named_file_upload_id"),
    )


def downgrade() -> None:
    """A request sent again brings its files again."""
    op.drop_table("named_file")
