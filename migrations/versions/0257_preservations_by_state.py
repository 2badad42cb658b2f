"""what is preserved now is found by its state: the worker asks for it in every round

Revises 0253.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0257"
down_revision = "0253"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index."""
    migrate.add_index("ix_preservation_state", "preservation", ["state"])


def downgrade() -> None:
    """It is found by reading through."""
    op.drop_index("ix_preservation_state", "preservation")
