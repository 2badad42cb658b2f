"""as whom the registry saw the papers of whoever signs in, kept with the account

Revises 0231.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0236"
down_revision = "0231"
branch_labels = None
depends_on = None
form = "expand"

BATCH = 1_000


def upgrade() -> None:
    """From the parties that were verified under an account. While the old program still runs, a company it verifies is
    verified once more in its next case.
    """
    op.add_column("account", sa.Column("seen_as", sa.JSON(), nullable=True))
    connection = op.get_bind()
    party = sa.table(
        "party",
        sa.column("id", sa.BigInteger),
        sa.column("account_id", sa.BigInteger),
        sa.column("kind", sa.String),
        sa.column("name", sa.String),
        sa.column("details", sa.JSON),
    )
    account = sa.table("account", sa.column("id", sa.BigInteger), sa.column("seen_as", sa.JSON))
    seen: dict[int, list[list[str]]] = {}
    last = 0
    while rows := connection.execute(
        sa.select(party).where(party.c.id > last, party.c.account_id.is_not(None)).order_by(party.c.id).limit(BATCH)
    ).all():
        last = rows[-1].id
        for row in rows:
            details = row.details if isinstance(row.details, dict) else json.loads(row.details or "{}")
            mine = [row.kind, row.name]
            if details.get("verified") and mine not in seen.setdefault(row.account_id, []):
                seen[row.account_id].append(mine)
    for number, names in seen.items():
        if names:
            connection.execute(account.update().where(account.c.id == number).values(seen_as=names))


def downgrade() -> None:
    """Nothing is lost: it stands with the parties too."""
    op.drop_column("account", "seen_as")
