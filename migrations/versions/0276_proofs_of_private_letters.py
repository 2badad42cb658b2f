"""a proof of service of a letter from the private room is read by whoever reads that it was served

Revises 0272.
"""

from __future__ import annotations

from alembic import op

revision = "0276"
down_revision = "0272"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """The entry that records the service was the private room's already; its proof was everybody's in the case."""
    op.execute(
        "UPDATE document SET audience = 'settlement' WHERE id IN ("
        "SELECT d.id FROM docket_entry e JOIN document d ON d.case_id = e.case_id AND d.entry_number = e.number "
        "WHERE e.act = 'record_service' AND e.audience = 'settlement' AND d.kind = 'proof_of_service')"
    )


def downgrade() -> None:
    """Whom they were shown to before they are not shown to again."""
