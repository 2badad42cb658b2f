"""inspections of things, places and what stands online

Revises 0350.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.db import UTCDateTime
from odr.ground.migrate import take_down

revision = "0351"
down_revision = "0350"
branch_labels = None
depends_on = None
form = "expand"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """No inspection had an act of its own before."""
    op.create_table(
        "inspection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=True),
        sa.Column("request_id", BIG, nullable=True),
        sa.Column("exhibit_id", BIG, nullable=True),
        sa.Column("manner", sa.String(40), nullable=False),
        sa.Column("own_ground", sa.String(40), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("begins_at", UTCDateTime(), nullable=True),
        sa.Column("inspectors", sa.Text(), nullable=True),
        sa.Column("invited", sa.Text(), nullable=True),
        sa.Column("care", sa.Text(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("ordered_by", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state <> 'ordered' OR begins_at IS NOT NULL", name=op.f("ck_inspection_ordered_at_an_hour")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_inspection_case_id_case")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_inspection_party_id_party")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["evidence_request.id"], name=op.f("fk_inspection_request_id_evidence_request")
        ),
        sa.ForeignKeyConstraint(["exhibit_id"], ["exhibit.id"], name=op.f("fk_inspection_exhibit_id_exhibit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("reference", name=op.f("uq_inspection_reference")),
    )
    op.create_index("ix_inspection_case_id", "inspection", ["case_id"])
    op.create_table(
        "inspection_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inspection_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_note_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_inspection_note_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_note")),
        info={"append_only": True},
    )
    op.create_index("ix_inspection_note_inspection_id", "inspection_note", ["inspection_id"])
    op.create_table(
        "inspection_signature",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inspection_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspection.id"], name=op.f("fk_inspection_signature_inspection_id_inspection")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_inspection_signature_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection_signature")),
        sa.UniqueConstraint(
            "inspection_id", "party_id", name=op.f("uq_inspection_signature_inspection_id")
        ),
        info={"append_only": True},
    )
    op.create_index("ix_inspection_signature_inspection_id", "inspection_signature", ["inspection_id"])


def downgrade() -> None:
    """The dockets keep what was asked, ordered and seen."""
    on = {"in": "inspection", "anew": "inspection", "out": "inspection", "party_in": "party", "party": "party"}
    on |= {"mandate_in": "mandate", "mandate": "mandate", "mandate_out": "mandate"}
    take_down({f"inspection_dated_{what}": of for what, of in on.items()})
    op.execute("DELETE FROM coming_date WHERE kind = 'inspection'")
    op.drop_table("inspection_signature")
    op.drop_table("inspection_note")
    op.drop_table("inspection")
