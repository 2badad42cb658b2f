"""how a judge of a panel of seven voted on the law

Revises 0400.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0401"
down_revision = "0400"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Nobody sat in a panel of seven before: every vote was on all of a text."""
    op.add_column("panel_minute", sa.Column("law_vote", sa.String(40), nullable=True))


def downgrade() -> None:
    """The dockets keep how each judge voted on the law."""
    op.drop_column("panel_minute", "law_vote")
