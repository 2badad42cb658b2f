"""files sent and never submitted: notices to their senders, decisions, and which files belong to something

Revises 0084.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

_REFERENCE = re.compile(r"(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])")
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.add_column(sa.Column("used_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("kept_from", UTCDateTime(), nullable=True))
    op.create_index("ix_upload_unused", "upload", ["id"], sqlite_where=sa.text("used_at IS NULL"), postgresql_where=sa.text("used_at IS NULL"))
    op.create_table(
        "upload_decision",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_decision_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_decision")),
        sa.UniqueConstraint("reference", name=op.f("uq_upload_decision_reference")),
    )
    op.create_table(
        "upload_notice",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("upload_id", _BIG, nullable=False),
        sa.Column("account_id", _BIG, nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("pack", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("prepared_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", UTCDateTime(), nullable=True),
        sa.Column("said", sa.String(length=300), nullable=True),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Enum("waiting", "told", "moot", "kept", "erased", name="noticestate", native_enum=False, length=40), nullable=False),
        sa.Column("decision_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(["decision_id"], ["upload_decision.id"], name=op.f("fk_upload_notice_decision_id_upload_decision")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_upload_notice_upload_id_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_notice")),
        sa.UniqueConstraint("reference", name=op.f("uq_upload_notice_reference")),
    )
    with op.batch_alter_table("upload_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_notice_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_notice_upload_id"), ["upload_id"], unique=False)
        batch_op.create_index("ix_upload_notice_state", ["state", "id"], unique=False)
    _note_what_is_used(op.get_bind())


def _note_what_is_used(connection: sa.Connection) -> None:
    """What acts of the past have named belongs to their cases: nobody may take it for a file that was never submitted."""
    taken = "SELECT upload_id FROM exhibit UNION SELECT upload_id FROM earlier_proof UNION SELECT beside_id FROM earlier_proof WHERE beside_id IS NOT NULL"
    filed = "SELECT upload_id FROM digest_line WHERE upload_id IS NOT NULL"
    connection.execute(sa.text(f"UPDATE upload SET used_at = coalesce(completed_at, created_at) WHERE id IN ({taken} UNION {filed})"))  # noqa: S608
    waiting = {row[0] for row in connection.execute(sa.text("SELECT reference FROM upload WHERE used_at IS NULL AND state = 'anchored'"))}
    named: set[str] = set()
    if waiting:
        for (payload,) in connection.execution_options(yield_per=500).execute(sa.text("SELECT payload FROM docket_entry")):
            named |= waiting.intersection(_REFERENCE.findall(payload or ""))
    for reference in sorted(named):
        connection.execute(sa.text("UPDATE upload SET used_at = coalesce(completed_at, created_at) WHERE reference = :reference"), {"reference": reference})


def downgrade() -> None:
    op.drop_table("upload_notice")
    op.drop_table("upload_decision")
    op.drop_index("ix_upload_unused", table_name="upload")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_column("kept_from")
        batch_op.drop_column("used_at")
