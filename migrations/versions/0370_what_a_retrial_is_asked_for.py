"""what is asked of a retrial, and that an application is taken back

Revises 0363.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0370"
down_revision = "0363"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An application of before did not say apart what is asked, and could not be taken back."""
    op.add_column("retrial_application", sa.Column("asks", sa.Text(), nullable=True))
    op.add_column("retrial_application", sa.Column("back_entry", sa.Integer(), nullable=True))


def downgrade() -> None:
    """The dockets keep what was asked, and who wanted to take it back."""
    op.drop_column("retrial_application", "back_entry")
    op.drop_column("retrial_application", "asks")
