"""mediation before a claim, confirmation, moderation, settlement in enforcement

Revises 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
revision = "0040"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.add_column('mediation', sa.Column('judge_led', sa.Boolean(), server_default='0', nullable=False))
    op.add_column('mediation', sa.Column('longer', sa.JSON(), nullable=True))
    op.add_column('room_message', sa.Column('mediation_id', BIG, nullable=True))
    op.create_table('moderation',
    sa.Column('id', BIG, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('party_id', BIG, nullable=False),
    sa.Column('moderator_id', BIG, nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.Column('ended_entry', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_moderation_case_id_case')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('fk_moderation_party_id_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation'))
    )
    op.create_index(op.f('ix_moderation_case_id'), 'moderation', ['case_id'], unique=False)
    op.create_table('tone_note',
    sa.Column('id', BIG, nullable=False),
    sa.Column('message_id', BIG, nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['room_message.id'], name=op.f('fk_tone_note_message_id_room_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tone_note')),
    sa.UniqueConstraint('message_id', name=op.f('uq_tone_note_message_id'))
    )
    op.create_table('dispute_before_filing',
    sa.Column('id', BIG, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('asks', sa.Text(), nullable=False),
    sa.Column('amount_minor', BIG, nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_dispute_before_filing_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_before_filing')),
    sa.UniqueConstraint('case_id', name=op.f('uq_dispute_before_filing_case_id'))
    )
    op.create_table('confirmation',
    sa.Column('id', BIG, nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('from_case_id', BIG, nullable=True),
    sa.Column('agreement_id', BIG, nullable=False),
    sa.Column('organisation', sa.String(length=200), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('words', sa.Text(), nullable=True),
    sa.Column('applied', sa.JSON(), nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.Column('ruled_entry', sa.Integer(), nullable=True),
    sa.Column('document_id', BIG, nullable=True),
    sa.ForeignKeyConstraint(['agreement_id'], ['agreement.id'], name=op.f('fk_confirmation_agreement_id_agreement')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_confirmation_case_id_case')),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_confirmation_document_id_document')),
    sa.ForeignKeyConstraint(['from_case_id'], ['case.id'], name=op.f('fk_confirmation_from_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation')),
    sa.UniqueConstraint('case_id', name=op.f('uq_confirmation_case_id'))
    )
    op.create_index(op.f('ix_confirmation_from_case_id'), 'confirmation', ['from_case_id'], unique=False)
    op.create_table('enforcement_settlement',
    sa.Column('id', BIG, nullable=False),
    sa.Column('reference', sa.String(length=26), nullable=False),
    sa.Column('case_id', BIG, nullable=False),
    sa.Column('enforcement_id', BIG, nullable=False),
    sa.Column('from_id', BIG, nullable=False),
    sa.Column('to_id', BIG, nullable=False),
    sa.Column('amount_minor', BIG, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('instalments', sa.JSON(), nullable=False),
    sa.Column('deed', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('proposed', 'signed', 'performed', 'broken', 'declined', name='settlementstate', native_enum=False, length=40), nullable=False),
    sa.Column('paid_before_minor', BIG, nullable=False),
    sa.Column('entry_number', sa.Integer(), nullable=False),
    sa.Column('signed_entry', sa.Integer(), nullable=True),
    sa.Column('closed_entry', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_enforcement_settlement_case_id_case')),
    sa.ForeignKeyConstraint(['enforcement_id'], ['enforcement_case.id'], name=op.f('fk_enforcement_settlement_enforcement_id_enforcement_case')),
    sa.ForeignKeyConstraint(['from_id'], ['party.id'], name=op.f('fk_enforcement_settlement_from_id_party')),
    sa.ForeignKeyConstraint(['to_id'], ['party.id'], name=op.f('fk_enforcement_settlement_to_id_party')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enforcement_settlement')),
    sa.UniqueConstraint('reference', name=op.f('uq_enforcement_settlement_reference'))
    )
    op.create_index(op.f('ix_enforcement_settlement_case_id'), 'enforcement_settlement', ['case_id'], unique=False)


def downgrade() -> None:
    op.drop_table('enforcement_settlement')
    op.drop_table('confirmation')
    op.drop_table('dispute_before_filing')
    op.drop_table('tone_note')
    op.drop_table('moderation')
    op.drop_column('room_message', 'mediation_id')
    op.drop_column('mediation', 'longer')
    op.drop_column('mediation', 'judge_led')
