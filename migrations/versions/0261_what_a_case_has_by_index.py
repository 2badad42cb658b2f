"""which audiences and which states a case's entries and packets have is read from an index

Revises 0259.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0261"
down_revision = "0259"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Two indexes."""
    migrate.add_index("ix_docket_entry_audience", "docket_entry", ["case_id", "audience"])
    migrate.add_index("ix_service_packet_case_id_state", "service_packet", ["case_id", "state"])


def downgrade() -> None:
    """Every entry and every packet of the case is fetched for it, in each act."""
    op.drop_index("ix_service_packet_case_id_state", "service_packet")
    op.drop_index("ix_docket_entry_audience", "docket_entry")
