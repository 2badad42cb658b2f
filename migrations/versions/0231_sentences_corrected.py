"""corrections of the record beside a sentence of what was said

Revises 0218.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0231"
down_revision = "0218"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Corrections asked for before named their place in words alone."""
    op.add_column("record_correction", sa.Column("sentence", sa.String(80), nullable=True))


def downgrade() -> None:
    """The place stands in words too."""
    op.drop_column("record_correction", "sentence")
