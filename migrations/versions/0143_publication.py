"""publication of decisions: the ledger of their numbers, public texts, and the chain of records

Revises 0142.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0143"
down_revision = "0142"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The ledger begins with the next decision: what was sealed before has no text of its own that could be redacted."""
    op.create_table(
        "publication",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(26), nullable=False),
        sa.Column("address", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("document_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("rules", sa.String(60), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("original", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("since_at", INSTANT, nullable=False),
        sa.Column("effective_at", INSTANT, nullable=True),
        sa.Column("lost_at", INSTANT, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("pointed", sa.JSON(), nullable=False),
        sa.Column("naming", sa.JSON(), nullable=False),
        sa.Column("proposed", sa.JSON(), nullable=True),
        sa.Column("proposed_sha256", sa.String(64), nullable=True),
        sa.Column("masked", sa.JSON(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=True),
        sa.Column("proposed_entry", sa.Integer(), nullable=True),
        sa.Column("approved_by", BIG, nullable=True),
        sa.Column("approved_entry", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_publication_case_id_case")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_publication_document_id_document")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        *(
            sa.UniqueConstraint(column, name=op.f(f"uq_publication_{column}"))
            for column in ("reference", "address", "number", "document_id")
        ),
    )
    for column in ("case_id", "decided_on", "due_on"):
        op.create_index(op.f(f"ix_publication_{column}"), "publication", [column])
    op.create_index("ix_publication_state_number", "publication", ["state", "number"])
    op.create_index("ix_publication_account", "publication", ["decided_on", "state", "reason", "due_on", "number"])
    op.create_table(
        "publication_version",
        sa.Column("id", BIG, nullable=False),
        sa.Column("publication_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("change", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("masked", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(200), nullable=False),
        sa.Column("approved_by", sa.String(200), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.Column("document_id", BIG, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_publication_version_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_publication_version_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_version")),
        sa.UniqueConstraint("publication_id", "number", name=op.f("uq_publication_version_publication_id")),
    )
    for column in ("publication_id", "sha256"):
        op.create_index(op.f(f"ix_publication_version_{column}"), "publication_version", [column])
    op.create_table(
        "published_text",
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["publication_version.id"], name=op.f("fk_published_text_version_id_publication_version")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_published_text")),
    )
    op.create_table(
        "publication_objection",
        sa.Column("id", BIG, nullable=False),
        sa.Column("publication_id", BIG, nullable=False),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("entry_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_publication_objection_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_publication_objection_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_objection")),
    )
    op.create_index(op.f("ix_publication_objection_publication_id"), "publication_objection", ["publication_id"])
    op.create_table(
        "register_record",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("publication_id", BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("receipt", sa.String(26), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_register_record_publication_id_publication")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_record")),
        sa.UniqueConstraint("number", name=op.f("uq_register_record_number")),
        sa.UniqueConstraint("receipt", name=op.f("uq_register_record_receipt")),
    )
    op.create_index(op.f("ix_register_record_publication_id"), "register_record", ["publication_id"])
    op.create_table(
        "register_head",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_head")),
    )


def downgrade() -> None:
    """The ledger is gone; what the log has of it stays."""
    for table in (
        "register_head",
        "register_record",
        "publication_objection",
        "published_text",
        "publication_version",
        "publication",
    ):
        op.drop_table(table)
