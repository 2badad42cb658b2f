"""talks and messages of the line, codes as a keypad types them, and calls the registry is asked for

Revises 0206.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0209"
down_revision = "0206"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has called or written yet; a question that waits is no call."""
    op.create_table(
        "line_talk",
        sa.Column("id", BIG, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_talk")),
        sa.UniqueConstraint("mark", name=op.f("uq_line_talk_mark")),
    )
    op.create_index(op.f("ix_line_talk_said_at"), "line_talk", ["said_at"])
    op.create_table(
        "line_message",
        sa.Column("id", BIG, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_message")),
        sa.UniqueConstraint("mark", name=op.f("uq_line_message_mark")),
    )
    op.create_index(op.f("ix_line_message_at"), "line_message", ["at"])
    op.create_table(
        "keypad_code",
        sa.Column("code_id", BIG, nullable=False, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["progress_code.id"], name=op.f("fk_keypad_code_code_id_progress_code")),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_keypad_code")),
    )
    op.create_index(op.f("ix_keypad_code_digest"), "keypad_code", ["digest"])
    op.add_column("guide_question", sa.Column("mark", sa.String(64), nullable=True))
    op.add_column("guide_question", sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("guide_question", sa.Column("outcome", sa.String(40), nullable=True))


def downgrade() -> None:
    """Every talk begins anew; what became of calls is gone."""
    for column in ("outcome", "tries", "mark"):
        op.drop_column("guide_question", column)
    for table in ("keypad_code", "line_message", "line_talk"):
        op.drop_table(table)
