"""what somebody outside asks for is kept whether there is such a case or not

Revises 0120.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Requests from before stand with the number of their case."""
    op.create_table(
        "outside_request",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("given", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outside_request_account_id_account")),
        sa.ForeignKeyConstraint(["request_id"], ["filing_request.id"], name=op.f("fk_outside_request_request_id_filing_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_request")),
    )
    op.create_index(op.f("ix_outside_request_account_id"), "outside_request", ["account_id"])
    op.execute(
        "INSERT INTO outside_request (account_id, number, asked_at, request_id) "
        "SELECT account.id, \"case\".number, docket_entry.recorded_at, asked.id FROM filing_request AS asked "
        "JOIN \"case\" ON \"case\".id = asked.case_id "
        "JOIN docket_entry ON docket_entry.case_id = asked.case_id AND docket_entry.number = asked.asked_entry "
        "JOIN account ON asked.subject = 'account/' || account.id "
        "WHERE asked.kind = 'joinder' AND \"case\".number IS NOT NULL"
    )


def downgrade() -> None:
    """What names no case is forgotten."""
    op.drop_index(op.f("ix_outside_request_account_id"), table_name="outside_request")
    op.drop_table("outside_request")
