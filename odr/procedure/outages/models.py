"""Tables of the outage ledger."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class Cause(enum.Enum):
    """What kept people from the court."""

    STOPPED = "stopped"  # nothing of the court answered: its processes or its database stood still
    FULL = "full"  # files were refused, since nothing more could be kept
    UNREACHED = "unreached"  # whoever watches from outside got no answer, whatever the court itself noticed
    TOLD = "told"  # somebody of the court's keepers entered it: a line that was cut, a planned standstill

    @property
    def label(self) -> Words:
        """The cause in words."""
        return CAUSE_WORDS[self]


CAUSE_WORDS = {
    Cause.STOPPED: T("The court did not answer."),
    Cause.FULL: T("The court could take no files."),
    Cause.UNREACHED: T("The court could not be reached from outside."),
    Cause.TOLD: T("The court’s keepers entered that it could not be reached."),
}


class Outage(Base):
    """A time in which the court could not be reached. ``record`` is the authority: the log’s receipt carries its digest.

    Begin and end are procedural time, as time limits are.
    """

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    cause: Mapped[Cause] = mapped_column(enum_column(Cause))
    seen_by: Mapped[str] = mapped_column(String(80))
    """Who noticed it: the court itself, or the name of a watcher."""
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    noted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    weighed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    """When the last time limit it touched was dealt with; empty while the worker still goes through the cases."""
    record: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Reference)
    __table_args__ = (CheckConstraint("began_at < ended_at", name="ends_after_it_began"),)


class Pulse(Base):
    """When a kind of process was last known to work, by machine time: it writes here as long as it can."""

    __tablename__ = "pulse"

    who: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
