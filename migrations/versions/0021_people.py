"""People: an identity provider one may sign in with

Revises 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import odr.ground.db
revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('linked_identity',
    sa.Column('id', ID, nullable=False),
    sa.Column('account_id', ID, nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=True),
    sa.Column('linked_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.Column('used_at', odr.ground.db.UTCDateTime(), nullable=True),
    sa.Column('verified_at', odr.ground.db.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_linked_identity_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_linked_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_linked_identity_issuer')),
    )
    op.create_index(op.f('ix_linked_identity_account_id'), 'linked_identity', ['account_id'])
    with op.batch_alter_table('draft') as batch:
        batch.add_column(sa.Column('saved_by', ID, nullable=True))
        batch.add_column(sa.Column('reminded_at', odr.ground.db.UTCDateTime(), nullable=True))
    op.create_table('draft_share',
    sa.Column('id', ID, nullable=False),
    sa.Column('draft_id', ID, nullable=False),
    sa.Column('account_id', ID, nullable=False),
    sa.Column('lodges', sa.Boolean(), nullable=False),
    sa.Column('shared_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.Column('ended_at', odr.ground.db.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_share_draft_id_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_share')),
    sa.UniqueConstraint('draft_id', 'account_id', name=op.f('uq_draft_share_draft_id')),
    )
    op.create_index(op.f('ix_draft_share_draft_id'), 'draft_share', ['draft_id'])
    op.create_index(op.f('ix_draft_share_account_id'), 'draft_share', ['account_id'])
    op.create_table('draft_revision',
    sa.Column('id', ID, nullable=False),
    sa.Column('draft_id', ID, nullable=False),
    sa.Column('step', sa.String(length=40), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('account_id', ID, nullable=True),
    sa.Column('saved_at', odr.ground.db.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['draft_id'], ['draft.id'], name=op.f('fk_draft_revision_draft_id_draft')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_revision')),
    )
    op.create_index(op.f('ix_draft_revision_draft_id'), 'draft_revision', ['draft_id'])


def downgrade() -> None:
    op.drop_table('draft_revision')
    op.drop_table('draft_share')
    with op.batch_alter_table('draft') as batch:
        batch.drop_column('reminded_at')
        batch.drop_column('saved_by')
    op.drop_table('linked_identity')
