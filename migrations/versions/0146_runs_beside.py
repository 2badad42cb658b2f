"""form of the database: the oldest version of the program that still runs on it

Revises 0145.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0146"
down_revision = "0145"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """From this step on a database tells a program older than itself whether it may go on."""
    op.create_table(
        "database_form",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_form")),
    )


def downgrade() -> None:
    """Older programs refuse every database that is newer than they."""
    op.drop_table("database_form")
