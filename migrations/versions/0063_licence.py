"""What entitles somebody to represent others, seen once

Revises 0062.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import odr.ground.db
revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('licence',
    sa.Column('id', ID, nullable=False),
    sa.Column('account_id', ID, nullable=False),
    sa.Column('kind', sa.Enum('lawyer', 'legal_worker', 'relative', 'employee', 'recommended', name='qualification', native_enum=False, length=40), nullable=False),
    sa.Column('firm', sa.String(length=200), nullable=True),
    sa.Column('case_id', ID, nullable=True),
    sa.Column('verified_by', ID, nullable=False),
    sa.Column('verified_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_licence_account_id_account')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_licence_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence')),
    )
    op.create_index(op.f('ix_licence_account_id'), 'licence', ['account_id'])


def downgrade() -> None:
    op.drop_table('licence')
