"""codes by which one looks up how far a case has come

Revises 0150.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0151"
down_revision = "0150"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """A code for a party and a case, kept as its digest; one in force at a time."""
    op.create_table(
        "progress_code",
        sa.Column("id", BIG, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_progress_code_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_progress_code_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_progress_code_digest")),
    )
    op.create_index(
        "uq_progress_code_live", "progress_code", ["party_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )


def downgrade() -> None:
    """The codes go: those on letters open nothing."""
    op.drop_table("progress_code")
