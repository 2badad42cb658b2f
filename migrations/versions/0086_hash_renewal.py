"""rounds of hash renewal

Revises 0085.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hash_renewal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("rule_on", sa.Date(), nullable=False),
        sa.Column("begun_by", sa.String(length=200), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("entries", BIG, nullable=False),
        sa.Column("checkpoints", BIG, nullable=False),
        sa.Column("signed_by", sa.String(length=16), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["signed_by"], ["log.id"], name=op.f("fk_hash_renewal_signed_by_log")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_hash_renewal")),
    )
    op.create_table(
        "hash_renewal_entry",
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("log_id", sa.String(length=16), nullable=False),
        sa.Column("log_index", BIG, nullable=False),
        sa.Column("bound", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["log_id"], ["log.id"], name=op.f("fk_hash_renewal_entry_log_id_log")),
        sa.ForeignKeyConstraint(["round"], ["hash_renewal.number"], name=op.f("fk_hash_renewal_entry_round_hash_renewal")),
        sa.PrimaryKeyConstraint("round", "position", name=op.f("pk_hash_renewal_entry")),
        sa.UniqueConstraint("log_id", "log_index", name=op.f("uq_hash_renewal_entry_log_id")),
    )
    op.create_table(
        "hash_renewal_head",
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("log_id", sa.String(length=16), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["log_id"], ["log.id"], name=op.f("fk_hash_renewal_head_log_id_log")),
        sa.ForeignKeyConstraint(["round"], ["hash_renewal.number"], name=op.f("fk_hash_renewal_head_round_hash_renewal")),
        sa.PrimaryKeyConstraint("round", "position", name=op.f("pk_hash_renewal_head")),
        sa.UniqueConstraint("log_id", "size", name=op.f("uq_hash_renewal_head_log_id")),
    )
    op.create_table(
        "hash_renewal_node",
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tile_index", BIG, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round"], ["hash_renewal.number"], name=op.f("fk_hash_renewal_node_round_hash_renewal")),
        sa.PrimaryKeyConstraint("round", "level", "tile_index", name=op.f("pk_hash_renewal_node")),
    )
    op.create_table(
        "hash_renewal_token",
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("gen_time", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["round"], ["hash_renewal.number"], name=op.f("fk_hash_renewal_token_round_hash_renewal")),
        sa.PrimaryKeyConstraint("round", "provider", "number", name=op.f("pk_hash_renewal_token")),
    )


def downgrade() -> None:
    for table in ("token", "node", "head", "entry"):
        op.drop_table(f"hash_renewal_{table}")
    op.drop_table("hash_renewal")
