"""what is to be done under a settlement or a judgment is owed to somebody

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
    """Until now nobody stood there as the one to whom it is done, and nobody could say that it was. Between two parties it
    is the other; among more, the clerk notes it as before.
    """
    op.execute(
        "UPDATE obligation SET creditor_id = "
        "(SELECT p.id FROM party p WHERE p.case_id = obligation.case_id AND p.id <> obligation.debtor_id) "
        "WHERE creditor_id IS NULL AND amount_minor IS NULL AND done_at IS NULL AND ended_at IS NULL "
        "AND (SELECT count(*) FROM party p WHERE p.case_id = obligation.case_id) = 2"
    )


def downgrade() -> None:
    """Whom it is owed to was true before it was written; the program of before reads it too."""
