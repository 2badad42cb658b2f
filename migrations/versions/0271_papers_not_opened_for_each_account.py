"""papers that lie unopened stand in a list of each account

Revises 0270.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.migrate import take_down
from odr.ground.db import UTCDateTime

revision = "0271"
down_revision = "0270"
branch_labels = None
depends_on = None
form = "expand"

AGREED = "m.signed_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.revoked_at IS NULL AND m.account_id IS NOT NULL"
PUT_UP = {
    "unread_in": "service_inbox",
    "unread_opened": "service_inbox",
    "unread_out": "service_inbox",
    "unread_party": "party",
    "unread_mandate_in": "mandate",
    "unread_mandate": "mandate",
    "unread_mandate_out": "mandate",
}


def upgrade() -> None:
    """What lies unopened now is laid; the triggers, put up in the same transaction, keep it so."""
    op.create_table(
        "unread_paper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("placed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_unread_paper_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unread_paper")),
    )
    if op.get_context().dialect.name == "postgresql":
        # What somebody wrote meanwhile would be in neither: whoever writes these waits until the triggers stand.
        op.execute("LOCK TABLE service_inbox, party, mandate IN SHARE ROW EXCLUSIVE MODE")
    paper = "one.read_at IS NULL AND p.id = one.party_id AND p.left_at IS NULL"
    op.execute(
        "INSERT INTO unread_paper (account_id, item_id, placed_at) "
        "SELECT p.account_id, one.id, one.placed_at FROM service_inbox one, party p "
        f"WHERE {paper} AND p.account_id IS NOT NULL UNION "
        "SELECT m.account_id, one.id, one.placed_at FROM service_inbox one, party p, mandate m "
        f"WHERE {paper} AND m.party_id = p.id AND {AGREED}"
    )
    op.create_index("ix_unread_paper_account_id", "unread_paper", ["account_id", "placed_at", "item_id"])
    op.create_index(op.f("ix_unread_paper_item_id"), "unread_paper", ["item_id"])


def downgrade() -> None:
    """They are looked for in every inbox of whom somebody is or acts for."""
    take_down(PUT_UP)
    op.drop_table("unread_paper")
