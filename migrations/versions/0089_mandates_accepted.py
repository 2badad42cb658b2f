"""a mandate counts once who is to act has accepted it

Revises 0088.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Representatives and guardians act on; assistants, and whoever serves the court, were perhaps never asked: of them nothing counts before they accept."""
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accepted_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("asked_at", UTCDateTime(), nullable=True))
    columns = [sa.column(name) for name in ("account_id", "scope", "delegated_by")]
    times = [sa.column(name, UTCDateTime()) for name in ("from_at", "signed_at", "accepted_at", "asked_at")]
    mandate = sa.table("mandate", *columns, *times)
    office = sa.table("account_role", sa.column("account_id"), sa.column("revoked_at", UTCDateTime()))
    serving = mandate.c.account_id.in_(sa.select(office.c.account_id).where(office.c.revoked_at.is_(None)))
    agreed = (mandate.c.scope == "statutory") | (mandate.c.delegated_by.is_(None) & ~serving)
    op.execute(mandate.update().where(agreed).values(accepted_at=sa.func.coalesce(mandate.c.signed_at, mandate.c.from_at)))
    # Who serves the court could not accept: no letter asks it.
    op.execute(mandate.update().where(mandate.c.accepted_at.is_(None), serving).values(asked_at=datetime.now(UTC)))


def downgrade() -> None:
    """What was not accepted counted for the older court: it ends instead."""
    columns = [sa.column(name, UTCDateTime()) for name in ("accepted_at", "revoked_at")]
    mandate = sa.table("mandate", *columns)
    op.execute(mandate.update().where(mandate.c.accepted_at.is_(None), mandate.c.revoked_at.is_(None)).values(revoked_at=datetime.now(UTC)))
    with op.batch_alter_table("mandate", schema=None) as batch_op:
        batch_op.drop_column("asked_at")
        batch_op.drop_column("accepted_at")
