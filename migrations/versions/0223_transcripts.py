"""what a program heard of a hearing, and how the clerk made it read

Revises 0214.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0223"
down_revision = "0214"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """No recording has been heard by a program."""
    op.add_column("live_segment", sa.Column("heard_at", INSTANT, nullable=True))
    op.create_table(
        "live_transcript",
        sa.Column("id", BIG, nullable=False),
        sa.Column("room_id", BIG, nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("engine", sa.String(80), nullable=False),
        sa.Column("model_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["live_room.id"], name=op.f("fk_live_transcript_room_id_live_room")),
        sa.ForeignKeyConstraint(["person_id"], ["live_person.id"], name=op.f("fk_live_transcript_person_id_live_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_transcript")),
        sa.UniqueConstraint("room_id", "segment", "person_id", name=op.f("uq_live_transcript_room_id")),
    )
    op.create_index("ix_live_transcript_person_id", "live_transcript", ["person_id"])
    op.create_table(
        "live_transcript_change",
        sa.Column("id", BIG, nullable=False),
        sa.Column("transcript_id", BIG, nullable=False),
        sa.Column("sentence", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(2000), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_role", sa.String(40), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["transcript_id"], ["live_transcript.id"], name=op.f("fk_live_transcript_change_transcript_id_live_transcript")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_transcript_change")),
    )
    op.create_index(
        "ix_live_transcript_change_transcript_id", "live_transcript_change", ["transcript_id", "sentence"]
    )


def downgrade() -> None:
    """Drafts go; what was entered in the record stands in the docket."""
    op.drop_table("live_transcript_change")
    op.drop_table("live_transcript")
    with op.batch_alter_table("live_segment") as batch:
        batch.drop_column("heard_at")
