"""the lot of seats, the work of cases, notes of time, matters of supervision, and cases drawn to be read again

Revises 0196.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0197"
down_revision = "0196"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Seats were drawn before by another lot, which stands in the dockets."""
    op.create_table(
        "draw_seed",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("used_at", WHEN, nullable=True),
        sa.Column("used_with", sa.Integer(), nullable=True),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_draw_seed_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_seed")),
        sa.UniqueConstraint("reference", name=op.f("uq_draw_seed_reference")),
        sa.UniqueConstraint("receipt", name=op.f("uq_draw_seed_receipt")),
    )
    op.create_index("ix_draw_seed_case_id", "draw_seed", ["case_id", "id"])
    op.create_table(
        "draw_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("seed_id", BIG, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("anchored", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_draw_record_case_id_case")),
        sa.ForeignKeyConstraint(["seed_id"], ["draw_seed.id"], name=op.f("fk_draw_record_seed_id_draw_seed")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_draw_record_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_record")),
        sa.UniqueConstraint("reference", name=op.f("uq_draw_record_reference")),
        sa.UniqueConstraint("receipt", name=op.f("uq_draw_record_receipt")),
    )
    op.create_index(op.f("ix_draw_record_case_id"), "draw_record", ["case_id"])
    op.create_index(op.f("ix_draw_record_at"), "draw_record", ["at"])
    op.create_table(
        "case_work",
        sa.Column("case_id", BIG, nullable=False, autoincrement=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("done_low", sa.Integer(), nullable=False),
        sa.Column("done_high", sa.Integer(), nullable=False),
        sa.Column("left_low", sa.Integer(), nullable=False),
        sa.Column("left_high", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.JSON(), nullable=False),
        sa.Column("measured", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_work_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_work")),
    )
    op.create_table(
        "work_turn",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("last_entry", BIG, nullable=False),
        sa.Column("rules", sa.String(80), nullable=False),
        sa.Column("looked_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_turn")),
    )
    op.create_table(
        "time_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_note")),
    )
    op.create_table(
        "supervision_matter",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.Column("opened_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", WHEN, nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("closed_at", WHEN, nullable=True),
        sa.Column("closed_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_supervision_matter_account_id_account")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_supervision_matter_closed_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_matter")),
        sa.UniqueConstraint("reference", name=op.f("uq_supervision_matter_reference")),
        sa.UniqueConstraint("key", name=op.f("uq_supervision_matter_key")),
    )
    op.create_index("ix_supervision_matter_open", "supervision_matter", ["closed_at", "opened_at", "id"])
    op.create_index("ix_supervision_matter_account_id", "supervision_matter", ["account_id", "closed_at"])
    op.create_table(
        "audit_draw",
        sa.Column("id", BIG, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("seed", sa.String(64), nullable=True),
        sa.Column("log_size", BIG, nullable=True),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("drawn_at", WHEN, nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_receipt", sa.String(26), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_draw")),
        sa.UniqueConstraint("month", name=op.f("uq_audit_draw_month")),
        sa.UniqueConstraint("receipt", name=op.f("uq_audit_draw_receipt")),
        sa.UniqueConstraint("result_receipt", name=op.f("uq_audit_draw_result_receipt")),
    )
    op.create_table(
        "indicator_report",
        sa.Column("id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_report")),
        sa.UniqueConstraint("day", name=op.f("uq_indicator_report_day")),
    )


def downgrade() -> None:
    """What was drawn stays in the dockets; everything else is reckoned anew."""
    for table in (
        "indicator_report",
        "audit_draw",
        "supervision_matter",
        "time_note",
        "work_turn",
        "case_work",
        "draw_record",
        "draw_seed",
    ):
        op.drop_table(table)
