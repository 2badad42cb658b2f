"""seats of the public in hearings by video, the pieces shown to them, and objections of who is kept out

Revises 0197.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0203"
down_revision = "0197"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody watched by video before."""
    op.create_table(
        "watcher",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("device", BIG, nullable=False),
        sa.Column("since", WHEN, nullable=False),
        sa.Column("left_at", WHEN, nullable=True),
        sa.Column("sent_out_at", WHEN, nullable=True),
        sa.Column("sent_out_by", BIG, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_watcher_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watcher")),
        sa.UniqueConstraint("reference", name=op.f("uq_watcher_reference")),
        sa.UniqueConstraint("hearing_id", "account_id", name=op.f("uq_watcher_hearing_id")),
    )
    op.create_table(
        "shown_piece",
        sa.Column("id", BIG, nullable=False),
        sa.Column("room_id", BIG, nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_at", WHEN, nullable=False),
        sa.Column("until_at", WHEN, nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("after", BIG, nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(120), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["live_room.id"], name=op.f("fk_shown_piece_room_id_live_room")),
        sa.ForeignKeyConstraint(["person_id"], ["live_person.id"], name=op.f("fk_shown_piece_person_id_live_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_piece")),
        sa.UniqueConstraint(
            "room_id", "segment", "person_id", "number", name=op.f("uq_shown_piece_room_id")
        ),
    )
    op.create_table(
        "place_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("request_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", BIG, nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["place_request.id"], name=op.f("fk_place_objection_request_id_place_request"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_objection")),
        sa.UniqueConstraint("request_id", name=op.f("uq_place_objection_request_id")),
    )


def downgrade() -> None:
    """Who watched, what was shown and what was objected is forgotten."""
    op.drop_table("place_objection")
    op.drop_table("shown_piece")
    op.drop_table("watcher")
