"""Tables of what the public sees of a hearing held here: who watches, and the pieces that were made for them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference


class Watcher(Base):
    """Somebody of the public who sits in a hearing held here, their identity checked (CTR 6, 9). Never a participant: no
    ticket of the media room is given for them.
    """

    __tablename__ = "watcher"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    seat: Mapped[int]
    """Number of the pass; it stands in the mark over the picture."""
    device: Mapped[int] = mapped_column(BigInt)
    """Session with which the seat is taken: one device at a time."""
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_out_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_out_by: Mapped[int | None] = mapped_column(BigInt)
    words: Mapped[str | None] = mapped_column(Text)
    """Why they were sent out, for themselves."""
    __table_args__ = (UniqueConstraint("hearing_id", "account_id"),)

    @property
    def watches(self) -> bool:
        """Whether they sit there now."""
        return self.left_at is None and self.sent_out_at is None


class ShownPiece(Base):
    """A few seconds of one person, made from the recording once they might be shown; or left out, and why is in the
    journal. ``after`` is where in the recorder's file the next begins.
    """

    __tablename__ = "shown_piece"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_room.id"))
    segment: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("live_person.id"))
    number: Mapped[int]
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """By the media room's clock, as everything here."""
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    after: Mapped[int] = mapped_column(BigInt)
    left_out: Mapped[bool]
    name: Mapped[str | None] = mapped_column(String(120))
    """Of its file; None for what was left out."""
    __table_args__ = (UniqueConstraint("room_id", "segment", "person_id", "number"),)


class BroadcastState(enum.Enum):
    """How far a broadcast is. Attending is open to who has a seat; this is open to everybody (CTR 11; LIV)."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"  # or withdrawn: nothing of it is shown any more


class Broadcast(Base):
    """A hearing held here that is to be seen by everybody, proposed and approved for itself (LIV 5)."""

    __tablename__ = "broadcast"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), index=True)
    state: Mapped[BroadcastState] = mapped_column(enum_column(BroadcastState))
    grounds: Mapped[list[str]] = mapped_column(JSON)
    why: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int]
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    objections_until: Mapped[datetime] = mapped_column(UTCDateTime)
    replay: Mapped[bool] = mapped_column(default=False)
    """Whether it can be seen again after the hearing, until it is withdrawn (REC 12)."""
    decided_by: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (Index("ix_broadcast_state", "state", "hearing_id"),)


class BroadcastObjection(Base):
    """A party says why its hearing is not to be broadcast (LIV 2(2)(3))."""

    __tablename__ = "broadcast_objection"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    words: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = (UniqueConstraint("broadcast_id", "party_id"),)
