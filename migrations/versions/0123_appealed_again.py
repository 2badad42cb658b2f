"""who took an appeal back may appeal again in time

Revises 0122.
"""

from __future__ import annotations

from alembic import op

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The appeals that were lodged stand."""
    with op.batch_alter_table("appeal_petition") as batch:
        batch.drop_constraint("uq_appeal_petition_decision_id", type_="unique")
        batch.create_index("ix_appeal_petition_decision_id", ["decision_id"])


def downgrade() -> None:
    """Only where nobody appealed twice from one decision: the older form has no place for it."""
    with op.batch_alter_table("appeal_petition") as batch:
        batch.drop_index("ix_appeal_petition_decision_id")
        batch.create_unique_constraint("uq_appeal_petition_decision_id", ["decision_id", "party_id"])
