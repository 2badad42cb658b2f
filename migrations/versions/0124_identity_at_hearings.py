"""how the identity of everybody who took part in a hearing was checked

Revises 0123.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0124"
down_revision = "0123"
branch_labels = None
depends_on = None

CHECKS = ("document", "work_card", "online", "other")


def upgrade() -> None:
    """Of hearings recorded before nobody says it."""
    checks = sa.Enum(*CHECKS, name="identitycheck", native_enum=False, create_constraint=False, length=40)
    op.add_column("attendance", sa.Column("identity", checks, nullable=True))


def downgrade() -> None:
    """The record's entries keep what was said. Without a copy of the table, so that what guards it stays."""
    op.drop_column("attendance", "identity")
