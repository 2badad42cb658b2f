"""renewals of time tokens

Revises 0051.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import odr.ground.db
revision = "0068"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('timestamp_renewal',
    sa.Column('log_id', sa.String(length=16), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('provider', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('made_by', sa.String(length=200), nullable=False),
    sa.Column('token', sa.LargeBinary(), nullable=False),
    sa.Column('gen_time', odr.ground.db.UTCDateTime(), nullable=False),
    sa.Column('ends_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['log_id'], ['log.id'], name=op.f('fk_timestamp_renewal_log_id_log')),
    sa.PrimaryKeyConstraint('log_id', 'size', 'provider', 'number', name=op.f('pk_timestamp_renewal'))
    )


def downgrade() -> None:
    op.drop_table('timestamp_renewal')
