"""Tables of the workload: what each case comes to, how far the reckoning has come, and notes of time without a name."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt


class CaseWork(Base):
    """The work of one case, in minutes: what its docket shows as done, and what is usually still to be done. It is made from
    the docket anew whenever that grows or the rules change, and nothing rests on it.
    """

    __tablename__ = "case_work"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    entries: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    done_low: Mapped[int]
    done_high: Mapped[int]
    left_low: Mapped[int]
    left_high: Mapped[int]
    unknown: Mapped[list[str]] = mapped_column(JSON)
    """Kinds of event in it whose time nobody knows: the work is open above."""
    measured: Mapped[bool]
    """Whether every figure in it rests on enough notes of time."""


class DurationReport(Base):
    """How long cases of each kind took that ended, counted once a day; only the newest is kept."""

    __tablename__ = "duration_report"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    day: Mapped[date] = mapped_column(Date, unique=True)
    kinds: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    """By cause and procedure: how many cases, and the days that a quarter, half and three quarters of them took."""


class WorkTurn(Base):
    """How far the reckoning has come, and by which rules: one row, locked by whoever reckons."""

    __tablename__ = "work_turn"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    last_entry: Mapped[int] = mapped_column(BigInt)
    rules: Mapped[str] = mapped_column(String(80))
    looked_on: Mapped[date | None] = mapped_column(Date)
    """Day on which the dockets were last looked through for what a supervisor should see."""


class TimeNote(Base):
    """How long one event of a kind took somebody. Whose it was, in which case, and on which day is not kept."""

    __tablename__ = "time_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    minutes: Mapped[int]
    week: Mapped[date] = mapped_column(Date)
    """Monday of the week in which it was noted."""
