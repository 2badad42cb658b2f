"""what comes next for each account is kept with its time limits and hearings

Revises 0264.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.migrate import take_down
from odr.ground.db import UTCDateTime

revision = "0265"
down_revision = "0264"
branch_labels = None
depends_on = None
form = "expand"

KEPT = {
    "limit": (
        "window",
        "due_at",
        "one.state = 'open' AND one.due_at IS NOT NULL AND p.id = one.party_id",
    ),
    "hearing": ("hearing", "begins_at", "one.state IN ('summoned', 'adjourning') AND p.case_id = one.case_id"),
}
AGREED = "m.signed_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.revoked_at IS NULL AND m.account_id IS NOT NULL"


def upgrade() -> None:
    """What is open and fixed now is laid; the triggers, put up in the same transaction, keep it so."""
    op.create_table(
        "coming_date",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("subject", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("of_case", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_coming_date_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coming_date")),
    )
    if op.get_context().dialect.name == "postgresql":
        # What somebody wrote meanwhile would be in neither: whoever writes these waits until the triggers stand.
        op.execute('LOCK TABLE "window", hearing, party, mandate IN SHARE ROW EXCLUSIVE MODE')
    for kind, (table, at, where) in KEPT.items():
        dated = f"'{kind}', one.id, one.case_id, one.{at}"
        op.execute(
            "INSERT INTO coming_date (account_id, kind, subject, of_case, at) "
            f'SELECT p.account_id, {dated} FROM "{table}" one, party p '
            f"WHERE {where} AND p.left_at IS NULL AND p.account_id IS NOT NULL UNION "
            f'SELECT m.account_id, {dated} FROM "{table}" one, party p, mandate m '
            f"WHERE {where} AND p.left_at IS NULL AND m.party_id = p.id AND {AGREED}"
        )
    op.create_index("ix_coming_date_account_id", "coming_date", ["account_id", "kind", "at", "subject"])
    op.create_index("ix_coming_date_subject", "coming_date", ["kind", "subject"])


def downgrade() -> None:
    """The dates are looked for whenever somebody asks."""
    for kind, (table, _, _) in KEPT.items():
        on = {"in": table, "anew": table, "out": table, "party_in": "party", "party": "party"}
        on |= {"mandate_in": "mandate", "mandate": "mandate", "mandate_out": "mandate"}
        take_down({f"{kind}_dated_{what}": of for what, of in on.items()})
    op.drop_table("coming_date")
