"""Actions of many: announcements and registrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import odr.ground.db

revision = "0050"
down_revision = "0066"
branch_labels = None
depends_on = None

STATE = sa.Enum("asked", "registered", "refused", name="memberstate", native_enum=False, length=40)


def upgrade() -> None:
    """The two tables."""
    op.create_table(
        "group_action",
        sa.Column("id", odr.ground.db.BigInt, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("case_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("asked", sa.Text(), nullable=True),
        sa.Column("announced_entry", sa.Integer(), nullable=True),
        sa.Column("until", odr.ground.db.UTCDateTime(), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=True),
        sa.Column("named_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_group_action_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_action")),
        sa.UniqueConstraint("case_id", name=op.f("uq_group_action_case_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_group_action_reference")),
    )
    op.create_table(
        "group_member",
        sa.Column("id", odr.ground.db.BigInt, nullable=False),
        sa.Column("reference", sa.String(length=26), nullable=False),
        sa.Column("case_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("account_id", odr.ground.db.BigInt, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", odr.ground.db.BigInt, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("asked_entry", sa.Integer(), nullable=False),
        sa.Column("decided_entry", sa.Integer(), nullable=True),
        sa.Column("party_id", odr.ground.db.BigInt, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_group_member_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_group_member_case_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_group_member_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_member")),
        sa.UniqueConstraint("reference", name=op.f("uq_group_member_reference")),
    )
    op.create_index(op.f("ix_group_member_account_id"), "group_member", ["account_id"])
    op.create_index("ix_group_member_case_id_state", "group_member", ["case_id", "state"])


def downgrade() -> None:
    """Without them again."""
    op.drop_table("group_member")
    op.drop_table("group_action")
