"""how seats of judges came about is counted with each draw and each seat

Revises 0266.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odr.ground.migrate import take_down

revision = "0267"
down_revision = "0266"
branch_labels = None
depends_on = None
form = "expand"

BY_IT = "d.case_id = s.case_id AND d.account_id = s.account_id AND d.role = s.role AND d.at = s.from_at"
DAY = {"sqlite": "substr({at}, 1, 10)", "postgresql": "to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"}


def upgrade() -> None:
    """What there is now is counted; the triggers, put up in the same transaction, write down what comes."""
    op.create_table(
        "lot_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_change")),
    )
    folded, new = sa.text("folded"), sa.text("NOT folded")
    op.create_index(
        "uq_lot_change_what", "lot_change", ["what", "day"], unique=True, sqlite_where=folded, postgresql_where=folded
    )
    op.create_index("ix_lot_change_new", "lot_change", ["id"], sqlite_where=new, postgresql_where=new)
    dialect = op.get_context().dialect.name
    if dialect == "postgresql":
        # What somebody wrote meanwhile would be in neither: whoever draws or seats waits until the triggers stand.
        op.execute("LOCK TABLE draw_record, seat IN SHARE ROW EXCLUSIVE MODE")
    day, add = DAY[dialect], "INSERT INTO lot_change (what, day, change, folded) "
    op.execute(
        f"{add} SELECT CASE WHEN d.anchored THEN 'anchored' ELSE 'unanchored' END, {day.format(at='d.at')}, count(*), true "
        "FROM draw_record d WHERE d.role = 'judge' GROUP BY 1, 2"
    )
    op.execute(
        f"{add} SELECT 'undrawn', {day.format(at='s.from_at')}, count(*), true FROM seat s "
        f"WHERE s.role = 'judge' AND NOT EXISTS (SELECT 1 FROM draw_record d WHERE {BY_IT}) GROUP BY 1, 2"
    )


def downgrade() -> None:
    """Seats of a year are counted whenever somebody asks."""
    take_down({"lot_counted": "draw_record", "seat_counted": "seat"})
    op.drop_table("lot_change")
