"""Tables of evidence from elsewhere: lists of digests, platforms and their records, earlier proofs."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.evidence.models import CaptureState, Hex256, Upload
from odr.evidence.sources.proof_formats import ProofKind, ProofResult, found_words
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words
from odr.procedure.accreditation.models import Accredited


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


class RecordKind(enum.Enum):
    """What a platform may give of an order."""

    ORDER = "order"  # what was ordered, from whom, for how much
    PAYMENT = "payment"  # what was paid, when and how
    LOGISTICS = "logistics"  # the parcel's way
    CHAT = "chat"  # what buyer and shop wrote to each other

    @property
    def label(self) -> Words:
        """The kind in words."""
        return {
            RecordKind.ORDER: T("Order on the platform"),
            RecordKind.PAYMENT: T("Payment"),
            RecordKind.LOGISTICS: T("Delivery"),
            RecordKind.CHAT: T("Chat with the shop"),
        }[self]


class Platform(Accredited, Base):
    """A platform whose signed records this court takes: accredited by the operator, until it is revoked."""

    __tablename__ = "platform"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)


class PlatformRequest(Base):
    """What a party asked a platform to give the court; its reference is all the platform needs, and opens nothing."""

    __tablename__ = "platform_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    order_number: Mapped[str] = mapped_column(String(100))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    proves: Mapped[str] = mapped_column(Text)
    asked_entry: Mapped[int]
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    sha256: Mapped[str | None] = mapped_column(String(64))
    why_late: Mapped[str | None] = mapped_column(Text)
    """Why it was asked for only after the party's time for evidence."""

    @property
    def has_come(self) -> bool:
        """Whether the platform has given its records."""
        return self.exhibit_id is not None


class EarlyKind(enum.Enum):
    """What the court may fetch for somebody who is still writing a claim."""

    PAGE = "page"  # a page on the web, looked at by the court's own browser
    RECORDS = "records"  # records of one order, signed by an accredited platform


class EarlyFetch(Base):
    """Something the court is to fetch for the draft of a claim, in the name of the account that asked: there is no case
    yet, and there may never be one (CPL 67; EV 14, 93, 94).
    """

    __tablename__ = "early_fetch"
    __table_args__ = (
        Index("ix_early_fetch_state", "state", "id"),
        Index("ix_early_fetch_draft", "draft", "id"),
        CheckConstraint(
            "(kind = 'page' AND url IS NOT NULL) OR"
            " (kind = 'records' AND platform_id IS NOT NULL AND order_number IS NOT NULL AND until IS NOT NULL)",
            name="one_source",
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    """Of records also the code that the platform is given; it opens nothing."""
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    draft: Mapped[str] = mapped_column(Reference)
    """Reference of the draft for which it was asked."""
    kind: Mapped[EarlyKind] = mapped_column(enum_column(EarlyKind))
    url: Mapped[str | None] = mapped_column(String(2000))
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("platform.id"))
    order_number: Mapped[str | None] = mapped_column(String(100))
    kinds: Mapped[list[str]] = mapped_column(JSON, default=list)
    title: Mapped[str] = mapped_column(String(150))
    proves: Mapped[str] = mapped_column(Text)
    state: Mapped[CaptureState] = mapped_column(enum_column(CaptureState), default=CaptureState.WAITING)
    why: Mapped[str | None] = mapped_column(String(40))
    """Why nothing came, as a key of :data:`odr.evidence.sources.webpage.capturer.WHY`."""
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Until when the platform may write."""
    came_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its files were here and anchored."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the platform's message, byte for byte."""
    told: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What was seen when it was fetched: address, certificate, hour, who signed."""

    files: Mapped[list[EarlyFile]] = relationship(lazy="selectin", order_by="EarlyFile.id")

    @property
    def has_come(self) -> bool:
        """Whether its files are here."""
        return self.state is CaptureState.DONE


class EarlyFile(Base):
    """One file that was fetched before there was a case."""

    __tablename__ = "early_file"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    fetch_id: Mapped[int] = mapped_column(ForeignKey("early_fetch.id"), index=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    """``screenshot``, ``archive``, ``record`` of a page; ``records`` of a platform."""

    upload: Mapped[Upload] = relationship(lazy="joined")


class EarlierProof(Base):
    """A proof from before the court, with what its examination found when it was attached."""

    __tablename__ = "earlier_proof"
    __table_args__ = ({"info": {"append_only": True, "of": "exhibit_id"}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"), index=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    beside_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    """What the log holds, where that is a statement of its own."""
    kind: Mapped[ProofKind] = mapped_column(enum_column(ProofKind))
    result: Mapped[ProofResult] = mapped_column(enum_column(ProofResult))
    issuer: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The time that was attested."""
    entry_number: Mapped[int]
    examined_at: Mapped[datetime] = mapped_column(UTCDateTime)

    upload: Mapped[Upload] = relationship(foreign_keys=[upload_id], lazy="joined")
    beside: Mapped[Upload | None] = relationship(foreign_keys=[beside_id], lazy="joined")

    @property
    def words(self) -> Words:
        """What was found, in a sentence."""
        return found_words(self.kind, self.result, self.issuer, self.at)
