"""this court decides itself on some applications for retrial

Revises 0128.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0129"
down_revision = "0128"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Every application of before went to the higher court."""
    op.create_table(
        "retrial_opinion",
        sa.Column("id", KEY, nullable=False),
        sa.Column("application_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["retrial_application.id"],
            name=op.f("fk_retrial_opinion_application_id_retrial_application"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_retrial_opinion_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrial_opinion")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_retrial_opinion_application_id"), "retrial_opinion", ["application_id"])
    with op.batch_alter_table("retrial_application") as batch:
        batch.add_column(sa.Column("here", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("retrial_application") as batch:
        batch.alter_column("here", server_default=None)


def downgrade() -> None:
    """What was applied for still stands on the docket."""
    with op.batch_alter_table("retrial_application") as batch:
        batch.drop_column("here")
    op.drop_index(op.f("ix_retrial_opinion_application_id"), table_name="retrial_opinion")
    op.drop_table("retrial_opinion")
