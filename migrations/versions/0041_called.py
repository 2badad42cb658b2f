"""those who are called and are no party

Revises 0040.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('service_called',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=26), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_service_called_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_called')),
    sa.UniqueConstraint('subject', name=op.f('uq_service_called_subject'))
    )
    with op.batch_alter_table('service_called', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_service_called_case_id'), ['case_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('service_called', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_called_case_id'))

    op.drop_table('service_called')
