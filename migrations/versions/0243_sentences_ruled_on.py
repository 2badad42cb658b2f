"""how a sentence reads by the ruling on its correction

Revises 0236.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0243"
down_revision = "0236"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """A correction that was granted before reads as it was proposed."""
    op.add_column("record_correction", sa.Column("reads", sa.String(2000), nullable=True))


def downgrade() -> None:
    """The entry of the ruling says it too."""
    op.drop_column("record_correction", "reads")
