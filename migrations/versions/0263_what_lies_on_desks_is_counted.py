"""how many things lie on the desks of the court is kept with each task that comes or goes

Revises 0262.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.migrate import take_down

revision = "0263"
down_revision = "0262"
branch_labels = None
depends_on = None
form = "expand"

HOUR = {
    "sqlite": "substr(opened_at, 1, 13)",
    "postgresql": "to_char(opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')",
}


def upgrade() -> None:
    """What lies there now is counted; the triggers, put up in the same transaction, write down what changes."""
    op.create_table(
        "desk_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("hour", sa.String(13), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_change")),
    )
    folded, new = sa.text("folded"), sa.text("NOT folded")
    op.create_index(
        "uq_desk_change_role", "desk_change", ["role", "hour"], unique=True, sqlite_where=folded, postgresql_where=folded
    )
    op.create_index("ix_desk_change_new", "desk_change", ["id"], sqlite_where=new, postgresql_where=new)
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        # A task that somebody wrote meanwhile would be in neither: whoever writes tasks waits until the triggers stand.
        op.execute("LOCK TABLE task IN SHARE ROW EXCLUSIVE MODE")
    op.execute(
        "INSERT INTO desk_change (role, hour, change, folded) "
        f"SELECT role, {HOUR[dialect]}, count(*), true FROM task WHERE done_at IS NULL GROUP BY 1, 2"
    )


def downgrade() -> None:
    """The tasks are counted whenever somebody asks."""
    take_down({name: "task" for name in ("task_counted_in", "task_counted_anew", "task_counted_out")})
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS task_counted()")
    op.drop_table("desk_change")
