"""Tables of complaints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime


class ComplaintDuty(Base):
    """Whom a president named to answer the complaints that come from a day on; the row without an end is the one that holds."""

    __tablename__ = "complaint_duty"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    named_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    record: Mapped[str] = mapped_column(Text)
    """What was done, byte for byte; its digest stands in the public log."""
    receipt: Mapped[str] = mapped_column(Reference)
