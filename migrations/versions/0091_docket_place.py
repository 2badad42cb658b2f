"""the receipt of a docket entry names its place, and no place is receipted twice

Revises 0090.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from odr.notary.triggers import drop_triggers

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Where a place was receipted twice already, the first receipt keeps it; `flask docket audit` names the other."""
    connection = op.get_bind()
    # The triggers let nobody change a receipt; they are put up again at the end of every migration.
    drop_triggers(connection)
    op.add_column("receipt", sa.Column("docket_place", sa.String(length=60), nullable=True))
    receipt = sa.table("receipt", sa.column("reference"), sa.column("body", sa.LargeBinary()), sa.column("entry_id"), sa.column("docket_place"))
    taken: set[str] = set()
    query = sa.select(receipt.c.reference, receipt.c.body).where(receipt.c.body.is_not(None)).order_by(receipt.c.entry_id)
    for reference, body in connection.execute(query).all():
        place = _place(bytes(body))
        if place is not None and place not in taken:
            taken.add(place)
            connection.execute(receipt.update().where(receipt.c.reference == reference).values(docket_place=place))
    only = sa.text("docket_place IS NOT NULL")
    op.create_index("uq_receipt_docket_place", "receipt", ["docket_place"], unique=True, sqlite_where=only, postgresql_where=only)


def _place(body: bytes) -> str | None:
    if b'"previous":' not in body:
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return f"{said['case']}/{said['entry']}" if {"case", "entry", "previous"} <= set(said) and "document" not in said else None


def downgrade() -> None:
    connection = op.get_bind()
    drop_triggers(connection)
    op.drop_index("uq_receipt_docket_place", table_name="receipt")
    op.drop_column("receipt", "docket_place")
