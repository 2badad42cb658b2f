"""meetings on a case and their minutes

Revises 0161.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0162"
down_revision = "0161"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The question put before a body of the court, its minutes, and who signed them."""
    op.create_table(
        "case_meeting",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("body", sa.String(40), nullable=False),
        sa.Column("ground", sa.String(40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("asked_entry", sa.Integer(), nullable=False),
        sa.Column("answered_entry", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("minutes", sa.JSON(), nullable=True),
        sa.Column("minutes_sha256", sa.String(64), nullable=True),
        sa.Column("minutes_entry", sa.Integer(), nullable=True),
        sa.Column("filed_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_meeting_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_meeting")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_meeting_reference")),
    )
    op.create_index(op.f("ix_case_meeting_case_id"), "case_meeting", ["case_id"])
    op.create_index("ix_case_meeting_state", "case_meeting", ["state", "id"])
    op.create_table(
        "meeting_signature",
        sa.Column("id", BIG, nullable=False),
        sa.Column("meeting_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["case_meeting.id"], name=op.f("fk_meeting_signature_meeting_id_case_meeting")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_meeting_signature_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_signature")),
        sa.UniqueConstraint("meeting_id", "account_id", "text_sha256", name=op.f("uq_meeting_signature_meeting_id")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_meeting_signature_account_id"), "meeting_signature", ["account_id"])


def downgrade() -> None:
    """The meetings go."""
    op.drop_table("meeting_signature")
    op.drop_table("case_meeting")
