"""Tables of the hearing held here: the room, who came, what happened in it, what the media room confirmed, checks of equipment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.docket.models import Role
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.hearing.live.media.control import WORD
from odr.hearing.live.rules import FIRST
from odr.hearing.live.vocabulary import Answer, LiveStage, Mic, Place, RoomState, Rung, What
from odr.hearing.models import APPEND_ONLY

KEPT, ERASED = "erased_at IS NULL", "erased_at IS NOT NULL"
"""Rooms whose recording is not erased, or is."""
LEFT = "left_hosts <> ''"
"""Rooms of which another media host still has something."""
UNHEARD = "heard_at IS NULL"
"""Pieces of a recording that no engine has heard."""
UNFILMED = "filmed_at IS NULL AND ended_at IS NOT NULL"
"""Pieces that ended, and of which the film of everybody is still to be made."""


class LiveRoom(Base):
    """The room of one hearing held by the court's own video: how it stands, as its journal and the docket say."""

    __tablename__ = "live_room"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), unique=True)
    host: Mapped[str | None] = mapped_column(String(40))
    """The media host that holds it; None: the court's own, of before there were several."""
    left_hosts: Mapped[str] = mapped_column(Text().with_variant(String(200), "sqlite"), default="", server_default="")
    """Names, a space between two, of media hosts that held it, died, and have not handed over what they had recorded.
    SQLite, which knows no length, keeps the form that the column had there."""
    state: Mapped[RoomState] = mapped_column(enum_column(RoomState))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    why: Mapped[str | None] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    stage: Mapped[LiveStage] = mapped_column(enum_column(LiveStage))
    stages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Stages that were gone through while the hearing was open."""
    shown: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Exhibits that stood on everybody's screen in the investigation (CPI 103)."""
    exhibit_id: Mapped[int | None] = mapped_column(BigInt)
    page: Mapped[int | None]
    sealed_by: Mapped[int | None]
    """Entry by which a part is sealed that still goes on."""
    floor_id: Mapped[int | None] = mapped_column(BigInt)
    opened_by: Mapped[int | None]
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None]
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When picture and sound were erased; the chain and its digests stay."""
    erased_by: Mapped[int | None]
    recorder_runs: Mapped[bool] = mapped_column(default=False)
    """What the media room said last of the recorder."""
    heard_of: Mapped[int] = mapped_column(BigInt, default=0)
    """Up to which of its own events the media room was heard."""
    lines: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default=FIRST)

    people: Mapped[list[LivePerson]] = relationship(order_by="LivePerson.id", lazy="selectin")
    __table_args__ = (
        Index("ix_live_room_kept", "closed_at", "id", sqlite_where=text(KEPT), postgresql_where=text(KEPT)),
        Index("ix_live_room_left", "id", sqlite_where=text(LEFT), postgresql_where=text(LEFT)),
        Index("ix_live_room_erased", "erased_at", sqlite_where=text(ERASED), postgresql_where=text(ERASED)),
    )


class LivePerson(Base):
    """Somebody who came to a hearing held here, having proved again who they are (OLR 7)."""

    __tablename__ = "live_person"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_room.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    name: Mapped[str] = mapped_column(String(200))
    came_at: Mapped[datetime] = mapped_column(UTCDateTime)
    proven_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_number: Mapped[int | None]
    """Entry by which rights, rules and the promise not to record were confirmed; of the court nobody promises it anew."""
    place: Mapped[Place] = mapped_column(enum_column(Place))
    mic: Mapped[Mic] = mapped_column(enum_column(Mic))
    may_stay: Mapped[bool] = mapped_column(default=True)
    rung: Mapped[Rung | None] = mapped_column(enum_column(Rung))
    hand_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lost_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    phone_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when they are heard by telephone, as the clerk noted it; None where they are not."""
    prompted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    found_by: Mapped[int | None]
    """Entry by which the judge ruled on their being gone, the last time."""
    by_fault: Mapped[bool | None]
    __table_args__ = (UniqueConstraint("room_id", "account_id"),)


class LiveLine(Base):
    """One line of a hearing's journal: what happened, when, by whom. Each holds the digest of the line before it."""

    __tablename__ = "live_line"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_room.id"))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    what: Mapped[What] = mapped_column(enum_column(What))
    by_role: Mapped[Role] = mapped_column(enum_column(Role))
    by_name: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("live_person.id"))
    words: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed: Mapped[bool] = mapped_column(default=False)
    orders: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What the media room has to do for it, in order; a key of a sealed segment is none of it."""
    digest: Mapped[str] = mapped_column(String(64))
    __table_args__ = (UniqueConstraint("room_id", "number"), APPEND_ONLY)


class LiveAck(Base):
    """The media room did what a line asked of it: when, and where in the recording."""

    __tablename__ = "live_ack"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("live_line.id"), unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    media_ms: Mapped[int] = mapped_column(BigInt)
    segment: Mapped[int | None]
    refused: Mapped[str | None] = mapped_column(String(WORD))
    """The word by which the room said that it cannot do it; None where it did."""
    __table_args__ = (APPEND_ONLY,)


class LiveSegment(Base):
    """One piece of the recording, from one start of the recorder to its stop: its closing link and digest, once it ended."""

    __tablename__ = "live_segment"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_room.id"))
    number: Mapped[int]
    host: Mapped[str | None] = mapped_column(String(40))
    """The media host that wrote it."""
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of a sealed part: its key, as the vault encrypts it."""
    closing: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    head: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When a draft of what was said in it was made; None where no engine has heard it."""
    filmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the film of everybody in it was made, or it was found that there is nobody in it; None where it is still to be made."""
    __table_args__ = (
        UniqueConstraint("room_id", "number"),
        Index("ix_live_segment_unheard", "id", sqlite_where=text(UNHEARD), postgresql_where=text(UNHEARD)),
        Index("ix_live_segment_unfilmed", "room_id", sqlite_where=text(UNFILMED), postgresql_where=text(UNFILMED)),
    )


class EquipmentCheck(Base):
    """What a check of somebody's equipment came to: five results, no picture and no sound."""

    __tablename__ = "equipment_check"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    camera: Mapped[Answer] = mapped_column(enum_column(Answer))
    microphone: Mapped[Answer] = mapped_column(enum_column(Answer))
    speaker: Mapped[Answer] = mapped_column(enum_column(Answer))
    network: Mapped[Answer] = mapped_column(enum_column(Answer))
    place: Mapped[Answer] = mapped_column(enum_column(Answer))
    measured: Mapped[dict[str, Any]] = mapped_column(JSON)
    call: Mapped[str | None] = mapped_column(String(60))
    """The number at which the clerk is asked to call back."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (Index("ix_equipment_check_hearing_id", "hearing_id", "account_id"),)
