"""places of the public in hearings

Revises 0163.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0170"
down_revision = "0163"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has asked yet."""
    op.create_table(
        "places_of_hearing",
        sa.Column("hearing_id", BIG, autoincrement=False, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(40), nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("closed_by", sa.String(26), nullable=True),
        sa.Column("drawn_at", INSTANT, nullable=True),
        sa.Column("seed", sa.String(64), nullable=True),
        sa.Column("seed_size", BIG, nullable=True),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_places_of_hearing_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("hearing_id", name=op.f("pk_places_of_hearing")),
    )
    op.create_index("ix_places_of_hearing_closes_at", "places_of_hearing", ["closes_at", "hearing_id"])
    op.create_table(
        "place_request",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("tie", sa.String(40), nullable=False),
        sa.Column("tie_words", sa.String(500), nullable=False),
        sa.Column("comes_first", sa.Boolean(), nullable=False),
        sa.Column("is_minor", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_by", BIG, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("entered", sa.String(40), nullable=True),
        sa.Column("entered_at", INSTANT, nullable=True),
        sa.Column("checked_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_place_request_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_request")),
        sa.UniqueConstraint("hearing_id", "account_id", name=op.f("uq_place_request_hearing_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_place_request_reference")),
    )
    op.create_index("ix_place_request_account", "place_request", ["account_id", "id"])
    op.create_table(
        "place_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hearing_id", BIG, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_place_record_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_record")),
        sa.UniqueConstraint("receipt", name=op.f("uq_place_record_receipt")),
    )
    op.create_index(op.f("ix_place_record_hearing_id"), "place_record", ["hearing_id"])


def downgrade() -> None:
    """The log keeps the digests of what was recorded; requests and records are gone."""
    op.drop_table("place_record")
    op.drop_table("place_request")
    op.drop_table("places_of_hearing")
