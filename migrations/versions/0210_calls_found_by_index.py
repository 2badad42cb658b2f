"""a call that is asked for again is found by index

Revises 0209.
"""

from __future__ import annotations

from alembic import op

from odr.ground import migrate

revision = "0210"
down_revision = "0209"
branch_labels = None
depends_on = None
form = "expand"


def upgrade() -> None:
    """Found by its mark, however many questions wait."""
    migrate.add_index("ix_guide_question_mark", "guide_question", ["mark"])


def downgrade() -> None:
    """The rows stay; they are looked for one by one."""
    op.drop_index("ix_guide_question_mark", "guide_question")
