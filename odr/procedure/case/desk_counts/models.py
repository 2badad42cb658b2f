"""The table of changes: one row for each task that came or went, many of them folded into one."""

from __future__ import annotations

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt

FOLDED = "folded"


class DeskChange(Base):
    """So many open tasks of a role more, or fewer, of those opened in an hour. The sum of all rows is what lies on the desks.

    Rows are only added by acts: two acts that open tasks of one role never wait for each other's count.
    """

    __tablename__ = "desk_change"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    role: Mapped[str] = mapped_column(String(40))
    hour: Mapped[str] = mapped_column(String(13))
    """In UTC, as ``2026-06-15 02``; nothing for what was opened so long ago that nobody asks how long."""
    change: Mapped[int]
    folded: Mapped[bool] = mapped_column(default=False)
    """Whether it stands for many: of these there is one for each role and hour."""
    __table_args__ = (
        Index(
            "uq_desk_change_role",
            "role",
            "hour",
            unique=True,
            sqlite_where=text(FOLDED),
            postgresql_where=text(FOLDED),
        ),
        Index("ix_desk_change_new", "id", sqlite_where=text(f"NOT {FOLDED}"), postgresql_where=text(f"NOT {FOLDED}")),
    )
