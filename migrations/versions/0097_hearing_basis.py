"""on what hearing a judgment may rest: its stages, what was shown in it, and a hearing in writing that was allowed

Revises 0096.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import BigInt, Reference, UTCDateTime

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None

STATES = ("asked", "granted", "refused")


def upgrade() -> None:
    """Phases get their part by their key; a hearing that a judge had closed had its stages, the judge found so then."""
    op.create_table(
        "written_hearing",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("reference", Reference, nullable=False, unique=True),
        sa.Column("case_id", BigInt, sa.ForeignKey("case.id"), nullable=False),
        sa.Column("party_id", BigInt, sa.ForeignKey("party.id"), nullable=False),
        sa.Column("difficulty", sa.Text(), nullable=False),
        sa.Column("agreed", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("state", sa.Enum(*STATES, native_enum=False, length=40), nullable=False),
        sa.Column("found_difficult", sa.Text(), nullable=True),
        sa.Column("found_undisputed", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
    )
    op.create_index("ix_written_hearing_case_id", "written_hearing", ["case_id"])
    op.add_column("examination", sa.Column("exchanged_at", UTCDateTime(), nullable=True))
    op.add_column("examination", sa.Column("doubted_by", sa.Integer(), nullable=True))
    op.add_column(
        "examination_phase", sa.Column("part", sa.String(20), nullable=False, server_default="exchange")
    )
    op.add_column("hearing", sa.Column("shown", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("hearing", sa.Column("stages", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("UPDATE examination_phase SET part = 'hearing' WHERE key IN ('debate', 'final')")
    op.execute("UPDATE examination_phase SET part = 'record' WHERE key = 'record'")


def downgrade() -> None:
    """A hearing in writing is forgotten with its table; its entries on the docket stay."""
    for table, columns in (
        ("hearing", ("stages", "shown")),
        ("examination_phase", ("part",)),
        ("examination", ("doubted_by", "exchanged_at")),
    ):
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
    op.drop_table("written_hearing")
