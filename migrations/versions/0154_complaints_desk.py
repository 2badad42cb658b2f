"""who answers complaints

Revises 0153.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0154"
down_revision = "0153"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Whom a president named to answer the complaints that come from a day on."""
    op.create_table(
        "complaint_duty",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("named_by", BIG, nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_complaint_duty_account_id_account")),
        sa.ForeignKeyConstraint(["named_by"], ["account.id"], name=op.f("fk_complaint_duty_named_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_duty")),
    )
    op.create_index(op.f("ix_complaint_duty_account_id"), "complaint_duty", ["account_id"])


def downgrade() -> None:
    """The naming goes; its digest stays in the log."""
    op.drop_table("complaint_duty")
