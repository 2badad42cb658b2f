"""files are found by their digest, and parties by their name

Revises 0138.
"""

from __future__ import annotations

from alembic import op

revision = "0139"
down_revision = "0138"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whether the same dispute is before the court already is asked at every review."""
    op.create_index(op.f("ix_party_name"), "party", ["name"])
    op.create_index(op.f("ix_upload_sha256"), "upload", ["sha256"])


def downgrade() -> None:
    """They are looked for line by line again."""
    op.drop_index(op.f("ix_party_name"), table_name="party")
    op.drop_index(op.f("ix_upload_sha256"), table_name="upload")
