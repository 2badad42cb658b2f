"""the action about an objection in an enforcement is found by its own case

Revises 0401.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0411"
down_revision = "0401"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index alone."""
    migrate.add_index("ix_enforcement_objection_suit_id", "enforcement_objection", ["suit_id"])


def downgrade() -> None:
    """The table is gone through."""
    op.drop_index("ix_enforcement_objection_suit_id", "enforcement_objection")
