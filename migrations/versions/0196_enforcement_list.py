"""the list of persons who do not perform, requests about it, bars on costly consumption, and the records of the list

Revises 0194.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0196"
down_revision = "0194"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)
STATES = ("PROPOSED", "DECLINED", "DECIDED", "LISTED", "REMOVED")


def upgrade() -> None:
    """Nobody is listed, barred or has asked for anything before."""
    op.create_table(
        "listing",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("enforcement_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("grounds", sa.JSON(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("masked", sa.String(60), nullable=False),
        sa.Column("sex", sa.String(10), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("head", sa.String(200), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(200), nullable=True),
        sa.Column("decided_at", WHEN, nullable=True),
        sa.Column("decided_entry", sa.Integer(), nullable=True),
        sa.Column("served_at", WHEN, nullable=True),
        sa.Column("salt", sa.String(64), nullable=True),
        sa.Column("over_at", WHEN, nullable=True),
        sa.Column("over_ground", sa.String(40), nullable=True),
        sa.Column("over_entry", sa.Integer(), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_listing_case_id_case")),
        sa.ForeignKeyConstraint(
            ["enforcement_id"], ["enforcement_case.id"], name=op.f("fk_listing_enforcement_id_enforcement_case")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_listing_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("reference", name=op.f("uq_listing_reference")),
        sa.UniqueConstraint("number", name=op.f("uq_listing_number")),
    )
    op.create_index("ix_listing_case_id", "listing", ["case_id"])
    op.create_table(
        "listing_key",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("listing_id", BIG, nullable=False, autoincrement=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_key_listing_id_listing")),
        sa.PrimaryKeyConstraint("key", "listing_id", name=op.f("pk_listing_key")),
    )
    op.create_index("ix_listing_key_listing_id", "listing_key", ["listing_id"])
    op.create_table(
        "listing_request",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("debtor_id", BIG, nullable=False),
        sa.Column("listing_id", BIG, nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=True),
        sa.Column("review", sa.Text(), nullable=True),
        sa.Column("review_answer", sa.String(20), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("answered_entry", sa.Integer(), nullable=True),
        sa.Column("review_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_listing_request_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_listing_request_party_id_party")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_listing_request_debtor_id_party")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_request_listing_id_listing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_listing_request_reference")),
    )
    op.create_index("ix_listing_request_case_id", "listing_request", ["case_id"])
    op.create_table(
        "consumption_order",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("listing_id", BIG, nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_entry", sa.Integer(), nullable=True),
        sa.Column("ordered_entry", sa.Integer(), nullable=True),
        sa.Column("ordered_at", WHEN, nullable=True),
        sa.Column("lifted_entry", sa.Integer(), nullable=True),
        sa.Column("lifted_ground", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_consumption_order_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_consumption_order_party_id_party")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_consumption_order_listing_id_listing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumption_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_consumption_order_reference")),
    )
    op.create_index("ix_consumption_order_case_id", "consumption_order", ["case_id"])
    op.create_table(
        "consumption_leave",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("order_id", BIG, nullable=False),
        sa.Column("what", sa.String(400), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("own_money", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(20), nullable=True),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("answered_entry", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_consumption_leave_case_id_case")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["consumption_order.id"], name=op.f("fk_consumption_leave_order_id_consumption_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumption_leave")),
        sa.UniqueConstraint("reference", name=op.f("uq_consumption_leave_reference")),
    )
    op.create_index("ix_consumption_leave_case_id", "consumption_leave", ["case_id"])
    op.create_table(
        "listing_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("listing_id", BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_record_listing_id_listing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_record")),
        sa.UniqueConstraint("number", name=op.f("uq_listing_record_number")),
        sa.UniqueConstraint("receipt", name=op.f("uq_listing_record_receipt")),
    )
    op.create_index(op.f("ix_listing_record_listing_id"), "listing_record", ["listing_id"])
    op.create_table(
        "listing_head",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("put_right", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_head")),
    )


def downgrade() -> None:
    """The list and all that belongs to it are gone."""
    for table in (
        "listing_head",
        "listing_record",
        "consumption_leave",
        "consumption_order",
        "listing_request",
        "listing_key",
        "listing",
    ):
        op.drop_table(table)
