"""In which steps of a case each party takes part online

Revises 0068.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import odr.ground.db
revision = "0062"
down_revision = "0068"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('step_consent',
    sa.Column('id', ID, nullable=False),
    sa.Column('case_id', ID, nullable=False),
    sa.Column('party_id', ID, nullable=False),
    sa.Column('step', sa.String(length=20), nullable=False),
    sa.Column('online', sa.Boolean(), nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.Column('at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_step_consent_case_id_case')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_step_consent_party_id_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step_consent')),
    )
    op.create_index(op.f('ix_step_consent_case_id'), 'step_consent', ['case_id'])
    op.create_index(op.f('ix_step_consent_party_id'), 'step_consent', ['party_id'])


def downgrade() -> None:
    op.drop_table('step_consent')
