"""a case that is heard again has another record, which its parties sign

Revises 0273.
"""

from __future__ import annotations

from alembic import op

revision = "0274"
down_revision = "0273"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """The signatures there are stand. That nobody signs one record twice is kept by the act."""
    with op.batch_alter_table("record_signature") as batch:
        batch.drop_constraint("uq_record_signature_case_id", type_="unique")


def downgrade() -> None:
    """Only where nobody signed two records of one case: the older form has no place for it."""
    with op.batch_alter_table("record_signature") as batch:
        batch.create_unique_constraint("uq_record_signature_case_id", ["case_id", "party_id"])
