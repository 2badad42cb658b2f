"""The table of what comes next: a row for each account that an open time limit or a fixed hearing concerns."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, UTCDateTime, enum_column


class Coming(enum.Enum):
    """What has the date."""

    LIMIT = "limit"  # an open time limit of a party
    HEARING = "hearing"  # a hearing that is fixed
    INSPECTION = "inspection"  # an inspection that is fixed

    @property
    def rank(self) -> int:
        """In which order those of one moment stand: what one goes to, of whatever kind, after the time limits."""
        return 0 if self is Coming.LIMIT else 1

    @property
    def counted_from(self) -> int:
        """From where the numbers of those that stand in one order are counted: inspections after the hearings of the same hour."""
        return 2**40 if self is Coming.INSPECTION else 0


class ComingDate(Base):
    """A date of a party whom the account is or may act for, so that the nearest of very many are read along one index.

    Triggers write it; a mandate stands here from the day both agreed until it is revoked, and whether it is in force today is asked
    again of what is shown.
    """

    __tablename__ = "coming_date"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[Coming] = mapped_column(enum_column(Coming, 10))
    subject: Mapped[int] = mapped_column(BigInt)
    """The number of the time limit, the hearing or the inspection."""
    of_case: Mapped[int] = mapped_column(BigInt)
    """Not named as in tables that an act asks of its case: no act asks this one."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        Index("ix_coming_date_account_id", "account_id", "kind", "at", "subject"),
        Index("ix_coming_date_subject", "kind", "subject"),
    )
