"""an application for retrial may be against a mediation statement

Revises 0427.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0430"
down_revision = "0427"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Every application of before was against a decision."""
    with op.batch_alter_table("retrial_application") as batch:
        batch.add_column(sa.Column("statement_id", BIG, nullable=True))
        batch.alter_column("decision_id", existing_type=BIG, nullable=True)
        batch.create_foreign_key(
            op.f("fk_retrial_application_statement_id_document"), "document", ["statement_id"], ["id"]
        )


def downgrade() -> None:
    """What was applied for against mediation statements stands on the dockets; older programs know no such application."""
    op.execute(
        "DELETE FROM retrial_opinion WHERE application_id IN"
        " (SELECT id FROM retrial_application WHERE statement_id IS NOT NULL)"
    )
    op.execute("DELETE FROM retrial_application WHERE statement_id IS NOT NULL")
    with op.batch_alter_table("retrial_application") as batch:
        batch.drop_constraint(op.f("fk_retrial_application_statement_id_document"), type_="foreignkey")
        batch.alter_column("decision_id", existing_type=BIG, nullable=False)
        batch.drop_column("statement_id")
