"""an enforcement is halted by a ruling, and goes on

Revises 0311.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0312"
down_revision = "0311"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """None was halted before."""
    op.add_column("enforcement_case", sa.Column("halted_entry", sa.Integer(), nullable=True))
    op.add_column("enforcement_case", sa.Column("halt_ground", sa.String(40), nullable=True))


def downgrade() -> None:
    """What is halted goes on; the docket tells of the ruling."""
    op.drop_column("enforcement_case", "halt_ground")
    op.drop_column("enforcement_case", "halted_entry")
