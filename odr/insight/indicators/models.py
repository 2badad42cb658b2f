"""The indicators of a day, as they are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, UTCDateTime


class IndicatorReport(Base):
    """Of each day one; of the court as a whole, and of nobody in it."""

    __tablename__ = "indicator_report"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    day: Mapped[date] = mapped_column(Date, unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
