"""What the court keeps of a file: its bytes once (:class:`Blob`), and the way they came (:class:`Upload`)."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.evidence.media import UNKNOWN, Media, media_of

Hex256 = String(64)
"""Column type of a SHA-256 in lower-case hexadecimal."""


class UploadState(enum.Enum):
    """How far an upload has come."""

    RECEIVING = "receiving"
    """Bytes are still missing; the sender may resume at ``offset``."""
    COMPLETE = "complete"
    """All bytes are kept, but a check that must precede anchoring could not be made yet."""
    ANCHORED = "anchored"
    """The file is in the store and its receipt in the log."""
    REFUSED = "refused"
    """The whole was received and not accepted; ``refusal`` says why. No bytes are kept."""
    EXPIRED = "expired"
    """Nobody finished it in time. No bytes are kept."""


class Blob(Base):
    """The bytes of one file of one upload: in the row when small, in the store otherwise.

    Never shared between uploads, even when equal: sharing would tell a stranger
    that the court already holds the file, and would break sealing and erasure.
    """

    __tablename__ = "blob"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("erased_at IS NOT NULL OR (content IS NULL) <> (key IS NULL)", name="one_place"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    sha256: Mapped[str] = mapped_column(Hex256)
    size: Mapped[int] = mapped_column(BigInt)
    media_type: Mapped[str] = mapped_column(String(100))
    key: Mapped[str | None] = mapped_column(Reference, unique=True)
    """Random name in the store, when the bytes are there."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The bytes themselves, when they are few."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the bytes were erased under a rule; the digest stays."""


class Upload(Base):
    """One file on its way in. Complete, it is anchored under its own reference, even if never submitted."""

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint('"offset" >= 0 AND "offset" <= size', name="offset"),
        CheckConstraint("state <> 'anchored' OR (blob_id IS NOT NULL AND receipt IS NOT NULL)", name="anchored"),
        Index("ix_upload_state_expires_at", "state", "expires_at"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    filename: Mapped[str] = mapped_column(String(255))
    declared_type: Mapped[str | None] = mapped_column(String(100))
    """What the sender called it; never believed, kept as a fact."""
    size: Mapped[int] = mapped_column(BigInt)
    declared_sha256: Mapped[str | None] = mapped_column(Hex256)
    """What the sender's browser hashed before it sent anything."""
    offset: Mapped[int] = mapped_column(BigInt, default=0)
    """Bytes durably received; never decreases."""
    sha256: Mapped[str | None] = mapped_column(Hex256)
    """What the court hashed."""
    media_type: Mapped[str | None] = mapped_column(String(100))
    """What the content is, by its bytes."""
    state: Mapped[UploadState] = mapped_column(enum_column(UploadState), default=UploadState.RECEIVING)
    refusal: Mapped[str | None] = mapped_column(String(60))
    """Problem name of the breach for which it was refused."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    receipt: Mapped[str | None] = mapped_column(Reference)
    """Reference of the receipt in the log."""
    blob_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"), unique=True)
    blob: Mapped[Blob | None] = relationship()

    @property
    def media(self) -> Media:
        """What the content is and may be used for; unknown until it is complete."""
        return media_of(self.media_type) if self.media_type else UNKNOWN
