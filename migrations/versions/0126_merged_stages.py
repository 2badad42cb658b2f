"""investigation and debate are heard together only when everybody agreed

Revises 0125.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0125"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No examination of before merged them."""
    op.create_table(
        "merging_consent",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("party_id", KEY, nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_merging_consent_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_merging_consent_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merging_consent")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_merging_consent_case_id"), "merging_consent", ["case_id"])
    op.add_column("examination", sa.Column("merged_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Who agreed still stands on the docket."""
    with op.batch_alter_table("examination") as batch:
        batch.drop_column("merged_by")
    op.drop_index(op.f("ix_merging_consent_case_id"), table_name="merging_consent")
    op.drop_table("merging_consent")
