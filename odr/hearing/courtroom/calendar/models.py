"""Rooms of the court and the hours in which hearings are held, each from a day on: no row is changed, it ends."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, UTCDateTime, enum_column
from odr.ground.text import T, Text


class RoomKind(enum.Enum):
    """Where people meet."""

    COURTROOM = "courtroom"  # a room one walks into
    VIDEO = "video"  # a video room; the address stands in its name

    @property
    def label(self) -> Text:
        """In words."""
        return ROOM_WORDS[self]


ROOM_WORDS = {RoomKind.COURTROOM: T("Courtroom"), RoomKind.VIDEO: T("Video room")}


class CourtRoom(Base):
    """A room in which one hearing at a time is held."""

    __tablename__ = "court_room"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(300))
    """As the summons says it; what is written the same is the same room."""
    kind: Mapped[RoomKind] = mapped_column(enum_column(RoomKind))
    seats: Mapped[int]
    """How many of the public find a seat."""
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    """Last day on which hearings are held there; None while it stays."""
    set_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class WeeklyHours(Base):
    """Hours of one weekday, from a day on: when a room is open, or when somebody hears cases, in slots of one length."""

    __tablename__ = "weekly_hours"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("court_room.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    weekday: Mapped[int]
    """0 is Monday."""
    begins: Mapped[int]
    """Minutes since the day began, in the zone of the court."""
    ends: Mapped[int]
    slot: Mapped[int]
    """Minutes of a slot; of a room, the whole time."""
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    set_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        CheckConstraint("(room_id IS NULL) <> (account_id IS NULL)", name="of_a_room_or_a_person"),
        CheckConstraint("0 <= begins AND begins < ends AND ends <= 1440 AND slot > 0", name="within_a_day"),
        Index("ix_weekly_hours_account_id_weekday", "account_id", "weekday"),
    )


TOLD = "ended_at IS NULL"
"""Of the days somebody told, those they have not taken back."""


class DaysAway(Base):
    """Days on which somebody says they cannot come to a hearing: a party, whoever acts for them, an interpreter, a judge."""

    __tablename__ = "days_away"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="in_order"),
        Index("ix_days_away_account_id_until_on", "account_id", "until_on"),
        Index("ix_days_away_until_on", "until_on", sqlite_where=text(TOLD), postgresql_where=text(TOLD)),
    )
