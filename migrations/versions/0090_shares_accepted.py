"""a share of a draft counts once it was accepted, and which files each writer put into a draft

Revises 0089.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROW, _FILE = re.compile(r"exhibits-\d+-upload"), re.compile(r"[a-z2-7]{26}")
_SHARE = sa.table(
    "draft_share",
    *(sa.column(name) for name in ("id", "draft_id", "account_id", "email")),
    sa.column("accepted_at", UTCDateTime()),
    sa.column("ended_at", UTCDateTime()),
)


def upgrade() -> None:
    """Nobody was ever asked: every share waits until who was named accepts it. Of the files, what who began a draft named there is in it."""
    with op.batch_alter_table("draft_share", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("accepted_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("ended_by", _BIG, nullable=True))
        batch_op.alter_column("account_id", existing_type=_BIG, nullable=True)
        batch_op.drop_constraint(op.f("uq_draft_share_draft_id"), type_="unique")
    account = sa.table("account", sa.column("id"), sa.column("email"))
    op.execute(_SHARE.update().values(email=sa.select(account.c.email).where(account.c.id == _SHARE.c.account_id).scalar_subquery()))
    op.execute(_SHARE.delete().where(_SHARE.c.email.is_(None)))
    with op.batch_alter_table("draft_share", schema=None) as batch_op:
        batch_op.alter_column("email", existing_type=sa.String(length=254), nullable=False)
        batch_op.create_index(batch_op.f("ix_draft_share_email"), ["email"], unique=False)
    standing = sa.text("ended_at IS NULL")
    op.create_index("ix_draft_share_standing", "draft_share", ["draft_id", "email"], unique=True, sqlite_where=standing, postgresql_where=standing)
    op.create_table(
        "draft_file",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("draft_id", _BIG, nullable=False),
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("attached_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_draft_file_draft_id_draft")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_file")),
        sa.UniqueConstraint("draft_id", "account_id", "reference", name=op.f("uq_draft_file_draft_id")),
    )
    op.create_index(op.f("ix_draft_file_account_id"), "draft_file", ["account_id"])
    _put_in_what_owners_named(op.get_bind())


def _put_in_what_owners_named(connection: sa.Connection) -> None:
    draft = sa.table("draft", sa.column("id"), sa.column("account_id"), sa.column("kind"), sa.column("saved_at", UTCDateTime()), sa.column("values", sa.JSON()))
    names = ("draft_id", "account_id", "reference")
    file = sa.table("draft_file", *(sa.column(name) for name in names), sa.column("attached_at", UTCDateTime()))
    for row in connection.execute(sa.select(draft).where(draft.c.kind == "claim")).all():
        typed = (row._mapping["values"] or {}).get("exhibits") or {}
        found = {text for name, value in typed.items() if _ROW.fullmatch(name) for text in (value if isinstance(value, list) else [value])}
        for reference in sorted(text for text in found if isinstance(text, str) and _FILE.fullmatch(text)):
            connection.execute(file.insert().values(draft_id=row.id, account_id=row.account_id, reference=reference, attached_at=row.saved_at))


def downgrade() -> None:
    """The older court counts every share that has not ended: what was not accepted ends, and of several with one person the latest stays."""
    op.drop_table("draft_file")
    op.drop_index("ix_draft_share_standing", table_name="draft_share")
    op.execute(_SHARE.update().where(_SHARE.c.accepted_at.is_(None), _SHARE.c.ended_at.is_(None)).values(ended_at=datetime.now(UTC)))
    later = sa.select(sa.func.max(_SHARE.c.id)).where(_SHARE.c.account_id.is_not(None)).group_by(_SHARE.c.draft_id, _SHARE.c.account_id)
    op.execute(_SHARE.delete().where(_SHARE.c.id.not_in(later)))
    with op.batch_alter_table("draft_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_share_email"))
        batch_op.drop_column("ended_by")
        batch_op.drop_column("accepted_at")
        batch_op.drop_column("email")
        batch_op.alter_column("account_id", existing_type=_BIG, nullable=False)
        batch_op.create_unique_constraint(op.f("uq_draft_share_draft_id"), ["draft_id", "account_id"])
