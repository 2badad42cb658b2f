"""objections to a payment order are found by their case

Revises 0320.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0321"
down_revision = "0320"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index alone."""
    migrate.add_index("ix_payment_objection_case_id", "payment_objection", ["case_id"])


def downgrade() -> None:
    """The table is gone through."""
    op.drop_index("ix_payment_objection_case_id", "payment_objection")
