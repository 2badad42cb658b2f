"""agreements that are announced now are found by their last day

Revises 0390.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0391"
down_revision = "0390"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index alone."""
    migrate.add_index("ix_agreement_announced_until", "agreement", ["announced_until"])


def downgrade() -> None:
    """The table is gone through."""
    op.drop_index("ix_agreement_announced_until", "agreement")
