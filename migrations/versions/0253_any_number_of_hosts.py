"""however many media hosts a hearing left, and however long their names are, they fit their column on PostgreSQL too

Revises 0251.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0253"
down_revision = "0251"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """SQLite keeps a text of any length as it is."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("live_room", "left_hosts", existing_type=sa.String(200), type_=sa.Text())


def downgrade() -> None:
    """The hosts left first are named no more where there are too many; what they recorded stays on them."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "UPDATE live_room SET left_hosts = substring(right(left_hosts, 200) from position(' ' in right(left_hosts, 200)) + 1)"
            " WHERE length(left_hosts) > 200"
        )
        op.alter_column("live_room", "left_hosts", existing_type=sa.Text(), type_=sa.String(200))
