"""each case knows when its newest entry was recorded, so that an entry out of order is noticed

Revises 0091.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0095"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The time of the newest entry comes from the docket itself."""
    op.add_column("case", sa.Column("head_at", UTCDateTime(), nullable=True))
    case = sa.table("case", sa.column("id"), sa.column("entry_count"), sa.column("head_at", UTCDateTime()))
    entry = sa.table("docket_entry", sa.column("case_id"), sa.column("number"), sa.column("recorded_at", UTCDateTime()))
    newest = (
        sa.select(entry.c.recorded_at)
        .where(entry.c.case_id == case.c.id, entry.c.number == case.c.entry_count)
        .scalar_subquery()
    )
    op.execute(case.update().values(head_at=newest))


def downgrade() -> None:
    """The docket itself still tells it."""
    with op.batch_alter_table("case") as batch:
        batch.drop_column("head_at")
