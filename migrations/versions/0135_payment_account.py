"""whoever is paid names the account

Revises 0134.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0135"
down_revision = "0134"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody has named an account yet."""
    op.create_table(
        "payment_account",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_payment_account_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_payment_account_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_account")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_payment_account_case_id"), "payment_account", ["case_id"])


def downgrade() -> None:
    """Accounts are named outside the court again."""
    op.drop_index(op.f("ix_payment_account_case_id"), table_name="payment_account")
    op.drop_table("payment_account")
