"""a case that is heard again has an examination of its own, and a review says what it looks at again

Revises 0097.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The one examination a case had stands."""
    with op.batch_alter_table("examination") as batch:
        batch.add_column(sa.Column("replaced_by", sa.Integer(), nullable=True))
        batch.drop_constraint("uq_examination_case_id", type_="unique")
        batch.create_index("ix_examination_case_id", ["case_id"])
    op.add_column("motion", sa.Column("about", sa.String(length=26), nullable=True))


def downgrade() -> None:
    """Only where no case was heard again: two examinations of one case have no place in the older form."""
    with op.batch_alter_table("motion") as batch:
        batch.drop_column("about")
    with op.batch_alter_table("examination") as batch:
        batch.drop_index("ix_examination_case_id")
        batch.create_unique_constraint("uq_examination_case_id", ["case_id"])
        batch.drop_column("replaced_by")
