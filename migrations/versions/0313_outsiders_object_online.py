"""somebody outside objects to an enforcement from their own account

Revises 0312.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0313"
down_revision = "0312"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
UNHEARD = sa.text("given IS NOT NULL")


def upgrade() -> None:
    """The registry wrote down what came on paper, and does so still."""
    op.create_table(
        "outside_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("given", sa.JSON(), nullable=True),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("objection_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outside_objection_account_id_account")),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["enforcement_objection.id"],
            name=op.f("fk_outside_objection_objection_id_enforcement_objection"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_objection")),
    )
    op.create_index("ix_outside_objection_account_id", "outside_objection", ["account_id"])
    op.create_index(
        "ix_outside_objection_waiting", "outside_objection", ["id"], sqlite_where=UNHEARD, postgresql_where=UNHEARD
    )


def downgrade() -> None:
    """What stands on a docket stays there."""
    op.drop_table("outside_objection")
