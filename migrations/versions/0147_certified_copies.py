"""certified copies of the file that parties ask for

Revises 0146.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0147"
down_revision = "0146"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has asked for a copy yet."""
    op.create_table(
        "copy_request",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("compilation_id", BIG, nullable=False),
        sa.Column("form", sa.String(40), nullable=False),
        sa.Column("to", sa.Text(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("cost_minor", BIG, nullable=True),
        sa.Column("currency", sa.String(3), nullable=True),
        sa.Column("assessment_id", BIG, nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("handed_over_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_copy_request_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_copy_request_party_id_party")),
        sa.ForeignKeyConstraint(
            ["compilation_id"], ["compilation.id"], name=op.f("fk_copy_request_compilation_id_compilation")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["fee_assessment.id"], name=op.f("fk_copy_request_assessment_id_fee_assessment")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_copy_request_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_copy_request_reference")),
    )
    op.create_index(op.f("ix_copy_request_case_id"), "copy_request", ["case_id"])
    op.create_index("ix_copy_request_state", "copy_request", ["state", "id"])


def downgrade() -> None:
    """What was asked for and certified stands in the docket; who waits for a copy is forgotten."""
    op.drop_table("copy_request")
