"""by which entry, when and with which orders a judgment was pronounced in the hearing

Revises 0250.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0251"
down_revision = "0250"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """None was before."""
    op.add_column("decision", sa.Column("pronounced_entry", sa.Integer(), nullable=True))
    op.add_column("decision", sa.Column("pronounced_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("decision", sa.Column("pronounced_sha256", sa.String(64), nullable=True))


def downgrade() -> None:
    """The docket says it."""
    for name in ("pronounced_sha256", "pronounced_at", "pronounced_entry"):
        op.drop_column("decision", name)
