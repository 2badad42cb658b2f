"""assistants whom an office put on cases are found by their office

Revises 0191.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0192"
down_revision = "0191"
branch_labels = None
depends_on = None
form = "expand"

NAME = "ix_mandate_office_id"


def upgrade() -> None:
    """Whoever leaves an office is taken off its cases; of all mandates few are such."""
    migrate.add_index(NAME, "mandate", ["office_id"], "office_id IS NOT NULL")


def downgrade() -> None:
    """They are read through again."""
    op.drop_index(NAME, "mandate")
