"""Tables of the statistics: what the dockets say of each case, how far the counting has come, and each night's report."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, UTCDateTime


class CaseFacts(Base):
    """What a docket says of its case, as far as it is counted. Nothing rests on it: it is made from the entries anew."""

    __tablename__ = "case_facts"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    entries: Mapped[int]
    """How many entries the docket had when it was read."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class StatisticsTurn(Base):
    """How far the counting has come: one row, locked by whoever counts."""

    __tablename__ = "statistics_turn"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    last_entry: Mapped[int] = mapped_column(BigInt, default=0)
    """Up to which entry of all dockets the running count has read."""
    begun_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the night's reading of every docket began; empty while none is under way."""
    last_case: Mapped[int] = mapped_column(BigInt, default=0)
    cases: Mapped[int] = mapped_column(BigInt, default=0)
    differences: Mapped[int] = mapped_column(BigInt, default=0)
    """Cases of which the running count said something else than their docket, put right."""


class StatisticsReport(Base):
    """The figures of a day, as they are shown; of each day one."""

    __tablename__ = "statistics_report"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    day: Mapped[date] = mapped_column(Date, unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
