"""broadcasts of hearings, objections of parties to them, and recordings erased when their time is over

Revises 0203.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0204"
down_revision = "0203"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing was broadcast before, and no recording erased."""
    op.create_table(
        "broadcast",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", WHEN, nullable=False),
        sa.Column("objections_until", WHEN, nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_broadcast_case_id_case")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_broadcast_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("reference", name=op.f("uq_broadcast_reference")),
    )
    op.create_index(op.f("ix_broadcast_case_id"), "broadcast", ["case_id"])
    op.create_index(op.f("ix_broadcast_hearing_id"), "broadcast", ["hearing_id"])
    op.create_index("ix_broadcast_state", "broadcast", ["state", "hearing_id"])
    op.create_table(
        "broadcast_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("broadcast_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_broadcast_objection_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_broadcast_objection_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_objection")),
        sa.UniqueConstraint("broadcast_id", "party_id", name=op.f("uq_broadcast_objection_broadcast_id")),
    )
    op.add_column("live_room", sa.Column("erased_at", WHEN, nullable=True))
    op.add_column("live_room", sa.Column("erased_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    """What was broadcast, and that a recording was erased, is told by the docket alone."""
    op.drop_column("live_room", "erased_by")
    op.drop_column("live_room", "erased_at")
    op.drop_table("broadcast_objection")
    op.drop_table("broadcast")
