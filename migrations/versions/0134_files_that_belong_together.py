"""several pictures are one exhibit, and others may see a copy

Revises 0133.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Every file sent before stands by itself; what was sealed before is sealed whole."""
    with op.batch_alter_table("upload") as upload:
        upload.add_column(sa.Column("part_of", sa.String(26)))
        upload.add_column(sa.Column("part_kind", sa.String(40)))
        upload.create_index(op.f("ix_upload_part_of"), ["part_of"])
    with op.batch_alter_table("exhibit_seal") as seal:
        seal.add_column(sa.Column("whole", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table(
        "exhibit_part",
        sa.Column("id", KEY, nullable=False),
        sa.Column("exhibit_id", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("upload_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["exhibit_id"], ["exhibit.id"], name=op.f("fk_exhibit_part_exhibit_id_exhibit")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_exhibit_part_upload_id_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exhibit_part")),
        sa.UniqueConstraint("exhibit_id", "position", name=op.f("uq_exhibit_part_exhibit_id")),
        sa.UniqueConstraint("upload_id", name=op.f("uq_exhibit_part_upload_id")),
    )


def downgrade() -> None:
    """Every file stands by itself again; further pictures are files of their senders in no exhibit."""
    op.drop_table("exhibit_part")
    with op.batch_alter_table("exhibit_seal") as seal:
        seal.drop_column("whole")
    with op.batch_alter_table("upload") as upload:
        upload.drop_index(op.f("ix_upload_part_of"))
        upload.drop_column("part_kind")
        upload.drop_column("part_of")
