"""web captures

Revises 0025.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import odr.ground.db
revision = "0061"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('web_capture',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=26), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('party_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('url', sa.String(length=2000), nullable=False),
    sa.Column('title', sa.String(length=150), nullable=False),
    sa.Column('proves', sa.Text(), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('why_late', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('waiting', 'working', 'done', 'failed', name='capturestate', native_enum=False, length=40), nullable=False),
    sa.Column('why', sa.String(length=40), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.Column('asked_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.Column('touched_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_web_capture_case_id_case')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_web_capture_party_id_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_web_capture')),
    sa.UniqueConstraint('reference', name=op.f('uq_web_capture_reference'))
    )
    with op.batch_alter_table('web_capture', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_web_capture_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_web_capture_state', ['state', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('web_capture')
