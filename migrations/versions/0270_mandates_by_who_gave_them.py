"""by whose account a mandate was given stands in a list of its own

Revises 0269.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.migrate import take_down

revision = "0270"
down_revision = "0269"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """What was given until now is laid; the triggers, put up in the same transaction, write down what comes."""
    op.create_table(
        "given_mandate",
        sa.Column("mandate_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["mandate_id"], ["mandate.id"], name=op.f("fk_given_mandate_mandate_id_mandate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_given_mandate_account_id_account")),
        sa.PrimaryKeyConstraint("mandate_id", name=op.f("pk_given_mandate")),
    )
    if op.get_context().dialect.name == "postgresql":
        # What somebody wrote meanwhile would be in neither: whoever writes these waits until the triggers stand.
        op.execute("LOCK TABLE mandate, party IN SHARE ROW EXCLUSIVE MODE")
    op.execute(
        "INSERT INTO given_mandate (mandate_id, account_id) "
        "SELECT m.id, p.account_id FROM mandate m JOIN party p ON p.id = m.party_id WHERE p.account_id IS NOT NULL"
    )
    op.create_index("ix_given_mandate_account_id", "given_mandate", ["account_id", "mandate_id"])


def downgrade() -> None:
    """The mandates of all parties of an account are gone through."""
    take_down({"mandate_given": "mandate", "mandate_not_given": "mandate", "mandate_given_by": "party"})
    op.drop_table("given_mandate")
