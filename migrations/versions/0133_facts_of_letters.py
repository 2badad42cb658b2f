"""a packet keeps what its letter says: case, sum, and which time limit ends or begins

Revises 0132.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0133"
down_revision = "0132"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = {
    "case_number": sa.String(80),
    "amount_minor": KEY,
    "currency": sa.String(3),
    "limit_kind": sa.String(60),
    "within": sa.JSON(),
}


def upgrade() -> None:
    """Packets from before say what they said."""
    for name, kind in COLUMNS.items():
        op.add_column("service_packet", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    """What letters say of case and sum is gone."""
    with op.batch_alter_table("service_packet") as batch:
        for name in COLUMNS:
            batch.drop_column(name)
