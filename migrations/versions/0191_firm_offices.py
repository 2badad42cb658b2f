"""lawyers are seen once and stand on a roll; a firm has an office here, hands cases over within it and puts clerks on them

Revises 0185.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0191"
down_revision = "0185"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody has an office before; mandates of before may not be passed on unless the client signs."""
    op.create_table(
        "firm",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("licence_number", sa.String(60), nullable=False),
        sa.Column("opened_by", BIG, nullable=False),
        sa.Column("opened_at", WHEN, nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("admitted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("receipt", sa.String(26), nullable=True),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_firm_opened_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
        sa.UniqueConstraint("reference", name=op.f("uq_firm_reference")),
    )
    op.create_index(op.f("ix_firm_licence_number"), "firm", ["licence_number"])
    op.create_table(
        "firm_member",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("invited_by", BIG, nullable=False),
        sa.Column("invited_at", WHEN, nullable=False),
        sa.Column("joined_at", WHEN, nullable=True),
        sa.Column("left_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_firm_member_account_id_account")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_member_firm_id_firm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_member")),
        sa.UniqueConstraint("reference", name=op.f("uq_firm_member_reference")),
    )
    op.create_index(op.f("ix_firm_member_account_id"), "firm_member", ["account_id"])
    op.create_index(op.f("ix_firm_member_address"), "firm_member", ["address"])
    op.create_index(op.f("ix_firm_member_firm_id"), "firm_member", ["firm_id"])
    op.create_table(
        "roll_entry",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("firm_id", BIG, nullable=False),
        sa.Column("licence_number", sa.String(60), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("asked_at", WHEN, nullable=False),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("admitted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("receipt", sa.String(26), nullable=True),
        sa.Column("licence_id", BIG, nullable=True),
        sa.Column("off_at", WHEN, nullable=True),
        sa.Column("off_record", sa.Text(), nullable=True),
        sa.Column("off_receipt", sa.String(26), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_roll_entry_account_id_account")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_roll_entry_firm_id_firm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_entry")),
        sa.UniqueConstraint("reference", name=op.f("uq_roll_entry_reference")),
    )
    op.create_index(op.f("ix_roll_entry_account_id"), "roll_entry", ["account_id"])
    op.create_index(op.f("ix_roll_entry_firm_id"), "roll_entry", ["firm_id"])
    op.add_column("mandate", sa.Column("may_pass_on", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("mandate", sa.Column("instead_of", BIG, nullable=True))
    op.add_column("mandate", sa.Column("office_id", BIG, nullable=True))


def downgrade() -> None:
    """Offices, the roll and what was agreed about passing on are gone."""
    with op.batch_alter_table("mandate") as table:
        table.drop_column("office_id")
        table.drop_column("instead_of")
        table.drop_column("may_pass_on")
    op.drop_table("roll_entry")
    op.drop_table("firm_member")
    op.drop_table("firm")
