"""the court's people by name, and seats that judges left, are read along an index

Revises 0267.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0268"
down_revision = "0267"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Indexes alone."""
    migrate.add_index("ix_account_role_name", "account_role", ["name", "account_id", "id"])
    migrate.add_index("ix_account_role_role_name", "account_role", ["role", "name", "account_id"])
    migrate.add_index("ix_seat_left_by_judge", "seat", ["until_at", "id"], "role = 'judge' AND until_at IS NOT NULL")


def downgrade() -> None:
    """All of them are gone through."""
    op.drop_index("ix_seat_left_by_judge", "seat")
    op.drop_index("ix_account_role_role_name", "account_role")
    op.drop_index("ix_account_role_name", "account_role")
