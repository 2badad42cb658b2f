"""what a finding rests on beside exhibits, whose testimony it is, and what grounds nothing alone

Revises 0127.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0128"
down_revision = "0127"
branch_labels = None
depends_on = None

BASIS = ("admission", "silence", "testimony", "withheld", "no_proof")
WEAKNESS = ("statement", "incapable", "interested", "doubtful", "copy")


def upgrade() -> None:
    """Findings of before named exhibits only; before their decision is signed they are looked at by the newer rules."""
    with op.batch_alter_table("finding") as batch:
        batch.add_column(
            sa.Column("basis", sa.Enum(*BASIS, name="basis", native_enum=False, length=40), nullable=True)
        )
        batch.add_column(sa.Column("witness_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch.add_column(
            sa.Column("weak", sa.Enum(*WEAKNESS, name="weakness", native_enum=False, length=40), nullable=True)
        )


def downgrade() -> None:
    """What was found still stands on the docket."""
    with op.batch_alter_table("finding") as batch:
        batch.drop_column("weak")
        batch.drop_column("witness_id")
        batch.drop_column("basis")
