"""Preservation of evidence: which, from whom, how, and the record of it (CPL 84; EV 25, 27).

Revision ID: 0083
Revises: 0082
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_preservation",
        sa.Column("motion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("proves", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.Column("harmful", sa.Boolean(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_evidence_preservation_motion_id_motion")),
        sa.PrimaryKeyConstraint("motion_id", name=op.f("pk_evidence_preservation")),
    )


def downgrade() -> None:
    op.drop_table("evidence_preservation")
