"""versions of the rules that the court itself puts in force, and who approved them

Revises 0041.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import odr.ground.db

revision = "0060"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "laid_version",
        sa.Column("id", ID, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("pack_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Enum("waiting", "activated", "declined", name="laidstate", native_enum=False, length=40), nullable=False),
        sa.Column("laid_by", ID, nullable=True),
        sa.Column("laid_at", odr.ground.db.UTCDateTime(), nullable=False),
        sa.Column("decided_at", odr.ground.db.UTCDateTime(), nullable=True),
        sa.Column("declined_by", ID, nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("receipt", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["laid_by"], ["account.id"], name=op.f("fk_laid_version_laid_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laid_version")),
        sa.UniqueConstraint("reference", name=op.f("uq_laid_version_reference")),
    )
    with op.batch_alter_table("laid_version") as batch:
        batch.create_index(batch.f("ix_laid_version_state"), ["state"], unique=False)
    op.create_table(
        "rule_approval",
        sa.Column("id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("at", odr.ground.db.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rule_approval_account_id_account")),
        sa.ForeignKeyConstraint(["version_id"], ["laid_version.id"], name=op.f("fk_rule_approval_version_id_laid_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_approval")),
        sa.UniqueConstraint("version_id", "account_id", name=op.f("uq_rule_approval_version_id")),
    )
    with op.batch_alter_table("rule_approval") as batch:
        batch.create_index(batch.f("ix_rule_approval_version_id"), ["version_id"], unique=False)


def downgrade() -> None:
    op.drop_table("rule_approval")
    op.drop_table("laid_version")
