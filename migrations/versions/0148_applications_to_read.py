"""applications of outsiders to read a decision

Revises 0147.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0148"
down_revision = "0147"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has applied yet."""
    op.create_table(
        "viewing_application",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("about", sa.String(300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("publication_id", BIG, nullable=True),
        sa.Column("ground", sa.String(40), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("answered_by", BIG, nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("review_until", INSTANT, nullable=True),
        sa.Column("objection", sa.Text(), nullable=True),
        sa.Column("reviewed_by", BIG, nullable=True),
        sa.Column("review_words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_viewing_application_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing_application")),
        sa.UniqueConstraint("reference", name=op.f("uq_viewing_application_reference")),
    )
    op.create_index(op.f("ix_viewing_application_account_id"), "viewing_application", ["account_id"])
    op.create_index("ix_viewing_application_state", "viewing_application", ["state", "due_at", "id"])
    op.create_table(
        "viewing_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("application_id", BIG, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["viewing_application.id"],
            name=op.f("fk_viewing_record_application_id_viewing_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing_record")),
        sa.UniqueConstraint("receipt", name=op.f("uq_viewing_record_receipt")),
    )
    op.create_index(op.f("ix_viewing_record_application_id"), "viewing_record", ["application_id"])


def downgrade() -> None:
    """The log keeps the digests of what was recorded; the records are gone."""
    op.drop_table("viewing_record")
    op.drop_table("viewing_application")
