"""Digests that reach the court before, or without, their files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.db import Base, BigInt, Reference, UTCDateTime, new_reference
from odr.evidence.models import Hex256, Upload


class DigestBatch(Base):
    """A list of digests of files that stay with their owner: anchored line by line, each with a receipt of its own."""

    __tablename__ = "digest_batch"
    __table_args__ = (CheckConstraint("count > 0", name="count"), UniqueConstraint("account_id", "list_sha256"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    title: Mapped[str] = mapped_column(String(200))
    count: Mapped[int]
    list_sha256: Mapped[str] = mapped_column(Hex256)
    """Digest of the whole list in canonical form: the same list sent again by the same person is the same batch."""
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    entry_number: Mapped[int | None]
    """Of the entry that put it into a case; until then only its owner sees it."""


class DigestLine(Base):
    """One digest of a batch, with what its sender says of the file."""

    __tablename__ = "digest_line"
    __table_args__ = (UniqueConstraint("batch_id", "position"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("digest_batch.id"))
    position: Mapped[int]
    sha256: Mapped[str] = mapped_column(Hex256, index=True)
    name: Mapped[str | None] = mapped_column(String(255))
    size: Mapped[int | None] = mapped_column(BigInt)
    made_at: Mapped[str | None] = mapped_column(String(60))
    """When the sender says that the file was made; never believed, kept as a fact."""
    note: Mapped[str | None] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Reference)
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    """The file, if it was sent later; its bytes match."""

    batch: Mapped[DigestBatch] = relationship(lazy="joined")
    upload: Mapped[Upload | None] = relationship()
