"""mediation statements whose time for a retrial was never recorded are found by the kind of paper

Revises 0436.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0437"
down_revision = "0436"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """An index alone: the time itself is recorded by the worker, on the docket (decision 0186)."""
    migrate.add_index("ix_document_kind", "document", ["kind"])


def downgrade() -> None:
    """The table is gone through."""
    op.drop_index("ix_document_kind", "document")
