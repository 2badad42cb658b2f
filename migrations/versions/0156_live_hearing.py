"""hearings held by the court's own video

Revises 0155.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0156"
down_revision = "0155"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The room of a hearing, who came, its journal, what the media room confirmed, the recording, checks of equipment."""
    op.add_column("hearing", sa.Column("held_here", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    _room()
    _people()
    _journal()
    op.create_table(
        "live_segment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("room_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("closing", sa.JSON(), nullable=True),
        sa.Column("head", sa.String(64), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["live_room.id"], name=op.f("fk_live_segment_room_id_live_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_segment")),
        sa.UniqueConstraint("room_id", "number", name=op.f("uq_live_segment_room_id")),
    )
    op.create_table(
        "equipment_check",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        *(
            sa.Column(name, sa.String(40), nullable=False)
            for name in ("camera", "microphone", "speaker", "network", "place")
        ),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.Column("call", sa.String(60), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_equipment_check_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_check")),
    )
    op.create_index("ix_equipment_check_hearing_id", "equipment_check", ["hearing_id", "account_id"])


def _room() -> None:
    op.create_table(
        "live_room",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("exhibit_id", BIG, nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("sealed_by", sa.Integer(), nullable=True),
        sa.Column("floor_id", BIG, nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("recorder_runs", sa.Boolean(), nullable=False),
        sa.Column("heard_of", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_live_room_case_id_case")),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_live_room_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_room")),
        sa.UniqueConstraint("hearing_id", name=op.f("uq_live_room_hearing_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_live_room_reference")),
    )
    op.create_index(op.f("ix_live_room_case_id"), "live_room", ["case_id"])


def _people() -> None:
    op.create_table(
        "live_person",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("room_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("came_at", INSTANT, nullable=False),
        sa.Column("proven_at", INSTANT, nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("mic", sa.String(40), nullable=False),
        sa.Column("may_stay", sa.Boolean(), nullable=False),
        sa.Column("rung", sa.String(40), nullable=True),
        sa.Column("hand_at", INSTANT, nullable=True),
        sa.Column("lost_at", INSTANT, nullable=True),
        sa.Column("back_at", INSTANT, nullable=True),
        sa.Column("prompted_at", INSTANT, nullable=True),
        sa.Column("told_at", INSTANT, nullable=True),
        sa.Column("found_by", sa.Integer(), nullable=True),
        sa.Column("by_fault", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_live_person_party_id_party")),
        sa.ForeignKeyConstraint(["room_id"], ["live_room.id"], name=op.f("fk_live_person_room_id_live_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_person")),
        sa.UniqueConstraint("reference", name=op.f("uq_live_person_reference")),
        sa.UniqueConstraint("room_id", "account_id", name=op.f("uq_live_person_room_id")),
    )
    op.create_index(op.f("ix_live_person_room_id"), "live_person", ["room_id"])


def _journal() -> None:
    op.create_table(
        "live_line",
        sa.Column("id", BIG, nullable=False),
        sa.Column("room_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("by_role", sa.String(40), nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("orders", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["live_person.id"], name=op.f("fk_live_line_person_id_live_person")),
        sa.ForeignKeyConstraint(["room_id"], ["live_room.id"], name=op.f("fk_live_line_room_id_live_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_line")),
        sa.UniqueConstraint("room_id", "number", name=op.f("uq_live_line_room_id")),
        info={"append_only": True},
    )
    op.create_table(
        "live_ack",
        sa.Column("id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("media_ms", BIG, nullable=False),
        sa.Column("segment", sa.Integer(), nullable=True),
        sa.Column("refused", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["live_line.id"], name=op.f("fk_live_ack_line_id_live_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_ack")),
        sa.UniqueConstraint("line_id", name=op.f("uq_live_ack_line_id")),
        info={"append_only": True},
    )


def downgrade() -> None:
    """The rooms go; what was decided in them stands in the docket and the log."""
    for table in ("equipment_check", "live_segment", "live_ack", "live_line", "live_person", "live_room"):
        op.drop_table(table)
    op.drop_column("hearing", "held_here")
