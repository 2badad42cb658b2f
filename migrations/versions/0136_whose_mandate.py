"""a mandate says whose it is: an account, or the address somebody wrote

Revises 0135.
"""

from __future__ import annotations

from alembic import op

revision = "0136"
down_revision = "0135"
branch_labels = None
depends_on = None

NAMES_SOMEBODY = "account_id IS NOT NULL OR address IS NOT NULL"


def upgrade() -> None:
    """Where a claim was severed, the copy of a wish that waited for an answer lost its address: it is taken from the
    mandate it was copied from. One of which nothing is known any more is ended.
    """
    op.execute(
        "UPDATE mandate SET address = (SELECT earlier.address FROM mandate AS earlier WHERE earlier.address IS NOT NULL"
        " AND earlier.scope = mandate.scope AND earlier.signed_at = mandate.signed_at ORDER BY earlier.id LIMIT 1)"
        " WHERE account_id IS NULL AND address IS NULL"
    )
    op.execute(
        "UPDATE mandate SET address = '', revoked_at = COALESCE(revoked_at, from_at)"
        " WHERE account_id IS NULL AND address IS NULL"
    )
    with op.batch_alter_table("mandate") as table:
        table.create_check_constraint(op.f("ck_mandate_names_somebody"), NAMES_SOMEBODY)


def downgrade() -> None:
    """Nothing is lost."""
    with op.batch_alter_table("mandate") as table:
        table.drop_constraint(op.f("ck_mandate_names_somebody"), type_="check")
