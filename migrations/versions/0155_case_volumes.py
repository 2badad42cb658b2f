"""volumes of cases that are over

Revises 0154.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0155"
down_revision = "0154"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Each time the file of a case was closed, what was sealed, and to whom it was handed on."""
    op.create_table(
        "case_volume",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("compilation_id", BIG, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=False),
        sa.Column("closed_entry", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("size", BIG, nullable=True),
        sa.Column("sealed_entry", sa.Integer(), nullable=True),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("handed_on_at", INSTANT, nullable=True),
        sa.Column("handed_entry", sa.Integer(), nullable=True),
        sa.Column("taken_by", sa.Text(), nullable=True),
        sa.Column("reopened_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_volume_case_id_case")),
        sa.ForeignKeyConstraint(
            ["compilation_id"], ["compilation.id"], name=op.f("fk_case_volume_compilation_id_compilation")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_case_volume_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_volume")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_case_volume_case_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_case_volume_reference")),
    )
    op.create_index("ix_case_volume_state", "case_volume", ["state", "id"])


def downgrade() -> None:
    """The volumes go; what was sealed stands in the docket and the log."""
    op.drop_table("case_volume")
