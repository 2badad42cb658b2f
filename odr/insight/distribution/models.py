"""The table of how seats of judges came about: a row for each draw and each seat without one, many of them folded into one."""

from __future__ import annotations

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt

ANCHORED, UNANCHORED, UNDRAWN = "anchored", "unanchored", "undrawn"
"""Drawn with a seed that stood in the log; drawn before it did; seated without a lot."""
FOLDED = "folded"


class LotChange(Base):
    """So many draws, or seats without one, more or fewer on a day. The sum of all rows is how many there were.

    Rows are only added by acts: two acts that seat somebody never wait for each other's count.
    """

    __tablename__ = "lot_change"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    what: Mapped[str] = mapped_column(String(10))
    day: Mapped[str] = mapped_column(String(10))
    """In UTC, of the draw or of the beginning of the seat, as ``2026-06-15``."""
    change: Mapped[int]
    folded: Mapped[bool] = mapped_column(default=False)
    """Whether it stands for many: of these there is one for each day and kind."""
    __table_args__ = (
        Index(
            "uq_lot_change_what", "what", "day", unique=True, sqlite_where=text(FOLDED), postgresql_where=text(FOLDED)
        ),
        Index("ix_lot_change_new", "id", sqlite_where=text(f"NOT {FOLDED}"), postgresql_where=text(f"NOT {FOLDED}")),
    )
