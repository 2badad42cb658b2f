"""actions of outsiders against decisions in effect

Revises 0380.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0381"
down_revision = "0380"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Which decision a claim attacks; a decision in effect was attacked by its parties alone before."""
    op.create_table(
        "outsider_action",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("attacked_id", BIG, nullable=False),
        sa.Column("absence", sa.String(40), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("named_entry", sa.Integer(), nullable=False),
        sa.Column("given", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("told_entry", sa.Integer(), nullable=True),
        sa.Column("taken_entry", sa.Integer(), nullable=True),
        sa.Column("halted_entry", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(20), nullable=True),
        sa.Column("outcome_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_outsider_action_case_id_case")),
        sa.ForeignKeyConstraint(["attacked_id"], ["case.id"], name=op.f("fk_outsider_action_attacked_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outsider_action")),
        sa.UniqueConstraint("reference", name=op.f("uq_outsider_action_reference")),
        sa.UniqueConstraint("case_id", name=op.f("uq_outsider_action_case_id")),
    )
    op.create_index("ix_outsider_action_attacked_id", "outsider_action", ["attacked_id"])
    waiting = sa.text("given IS NOT NULL")
    op.create_index(
        "ix_outsider_action_untold", "outsider_action", ["id"], sqlite_where=waiting, postgresql_where=waiting
    )


def downgrade() -> None:
    """The dockets keep what was attacked and what became of it."""
    op.drop_table("outsider_action")
