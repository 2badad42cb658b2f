"""Tables of the transcript: what a program heard of one person in one piece of a recording, and what a person made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.docket.models import Role
from odr.ground.db import Base, BigInt, UTCDateTime, enum_column


class Transcript(Base):
    """What one engine heard of one person in one piece. It is a draft, and goes with the recording; what the clerk entered in
    the record stands in the docket.
    """

    __tablename__ = "live_transcript"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("live_room.id"))
    segment: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("live_person.id"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    engine: Mapped[str] = mapped_column(String(80))
    model_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sentences: Mapped[list[list[Any]] | None] = mapped_column(JSON)
    """Of an open piece: begin and end in milliseconds of the piece, words, and how sure the engine was in hundredths."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Of a sealed piece: the same, as the vault encrypts it."""
    __table_args__ = (UniqueConstraint("room_id", "segment", "person_id"),)

    @property
    def is_unread(self) -> bool:
        """Whether what was recorded of the person could not be read, so that nothing is drafted of what they said."""
        return self.sentences is None and self.sealed is None


class TranscriptChange(Base):
    """How a sentence reads as the clerk heard it; the engine's words stay beside it, and so does every change before."""

    __tablename__ = "live_transcript_change"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    transcript_id: Mapped[int] = mapped_column(ForeignKey("live_transcript.id"))
    sentence: Mapped[int]
    """Its place in the transcript, from nought."""
    words: Mapped[str | None] = mapped_column(String(2000))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by_role: Mapped[Role] = mapped_column(enum_column(Role))
    by_name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (Index("ix_live_transcript_change_transcript_id", "transcript_id", "sentence"),)
