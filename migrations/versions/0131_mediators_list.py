"""mediators have a published entry, disclose what ties them to a dispute, and can be replaced

Revises 0130.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody is on the list before somebody is published; nobody has disclosed anything or was replaced."""
    op.create_table(
        "mediator_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("published", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mediator_entry_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediator_entry")),
        sa.UniqueConstraint("reference", name=op.f("uq_mediator_entry_reference")),
    )
    op.create_index(op.f("ix_mediator_entry_account_id"), "mediator_entry", ["account_id"])
    op.add_column("mediation", sa.Column("disclosed", sa.JSON(), nullable=True))
    op.add_column("mediation", sa.Column("second", sa.JSON(), nullable=True))
    op.add_column("mediation", sa.Column("gone", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("mediation", sa.Column("replaced_by", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """The list, disclosures and replacements are gone; the docket still tells of the latter two."""
    with op.batch_alter_table("mediation") as batch:
        batch.drop_column("replaced_by")
        batch.drop_column("gone")
        batch.drop_column("second")
        batch.drop_column("disclosed")
    op.drop_table("mediator_entry")
