"""The notary's tables. Entries, tiles, checkpoints and tokens are only ever added to (see :mod:`triggers`)."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column


class KeyUse(enum.Enum):
    """What a key signs."""

    LOG = "log"
    """Checkpoints of one log (Ed25519)."""
    AUTHORITY = "authority"
    """Certificates of the notary's own authority (ECDSA P-256)."""
    TIME = "time"
    """RFC 3161 tokens (ECDSA P-256)."""
    SEAL = "seal"
    """Documents (ECDSA P-256)."""
    AUTHORITY_512 = "authority-512"
    """Certificates of the authority that must outlive SHA-256 (ECDSA P-521 with SHA-512)."""
    TIME_512 = "time-512"
    """RFC 3161 tokens of that authority, over statements of hash renewal (ECDSA P-521 with SHA-512)."""


class KeyState(enum.Enum):
    """Whether a key may still sign. Old signatures stay valid whatever the state."""

    ACTIVE = "active"
    """It signs."""
    FROZEN = "frozen"
    """It signs nothing more."""


class SigningKey(Base):
    """The public side of a key; the private side never leaves the vault."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    use: Mapped[KeyUse] = mapped_column(enum_column(KeyUse))
    public: Mapped[bytes] = mapped_column(LargeBinary)
    """Raw 32 bytes for Ed25519, DER SubjectPublicKeyInfo for P-256."""
    certificate: Mapped[bytes | None] = mapped_column(LargeBinary)
    """DER certificate; none for a log's key."""
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    not_after: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[KeyState] = mapped_column(enum_column(KeyState))


class Log(Base):
    """One log with one key. Each year, or after a breach, a log is closed and a successor opened."""

    __tablename__ = "log"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Name in its address: ``2026``, ``2026-2``."""
    origin: Mapped[str] = mapped_column(String(200), unique=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("signing_key.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closing_note: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The signed statement with which it was closed."""

    key: Mapped[SigningKey] = relationship(lazy="joined")


class LogEntry(Base):
    """A leaf. Written unsequenced in the act's transaction; log and index are set once, later."""

    __tablename__ = "log_entry"
    __table_args__ = (
        UniqueConstraint("log_id", "log_index"),
        CheckConstraint("(log_id IS NULL) = (log_index IS NULL)", name="sequenced_whole"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=True)
    log_id: Mapped[str | None] = mapped_column(ForeignKey("log.id"))
    log_index: Mapped[int | None] = mapped_column(BigInt)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


Index(
    "ix_log_entry_waiting",
    LogEntry.id,
    sqlite_where=LogEntry.log_index.is_(None),
    postgresql_where=LogEntry.log_index.is_(None),
)


class Receipt(Base):
    """What was received, with the salt that hides it in the public leaf. Erasing it makes the leaf unlinkable."""

    __tablename__ = "receipt"

    reference: Mapped[str] = mapped_column(Reference, primary_key=True)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The exact bytes of ``receipt.json``; none once erased."""
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("log_entry.id"), unique=True)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    docket_place: Mapped[str | None] = mapped_column(String(60))
    """Reference of the case and number of the entry it is the receipt of, ``case/7``; none for a file. No place is
    receipted twice.
    """

    entry: Mapped[LogEntry | None] = relationship()
    log_id: Mapped[str | None] = column_property(
        select(LogEntry.log_id).where(LogEntry.id == entry_id).correlate_except(LogEntry).scalar_subquery()
    )
    log_index: Mapped[int | None] = column_property(
        select(LogEntry.log_index).where(LogEntry.id == entry_id).correlate_except(LogEntry).scalar_subquery()
    )


_PLACED = Receipt.docket_place.is_not(None)
Index("uq_receipt_docket_place", Receipt.docket_place, unique=True, sqlite_where=_PLACED, postgresql_where=_PLACED)


class LogTile(Base):
    """Up to 256 hashes; a partial tile of an earlier tree is a prefix of the stored one."""

    __tablename__ = "log_tile"

    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    tile_index: Mapped[int] = mapped_column(BigInt, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Base):
    """A signed tree head; ``note`` bears the log's signature only."""

    __tablename__ = "log_checkpoint"

    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    note: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LogCosignature(Base):
    """A witness's cosignature of a checkpoint: one signature line."""

    __tablename__ = "log_cosignature"
    __table_args__ = ({"info": {"append_only": True}},)

    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(String(200), primary_key=True)
    line: Mapped[str] = mapped_column(String(1000))
    cosigned_at: Mapped[datetime] = mapped_column(UTCDateTime)


COURT = "court"
"""Provider name of tokens by the court's own time authority."""


class TimestampToken(Base):
    """An RFC 3161 response over a checkpoint's note. Never keyed by its own hash: tokens are malleable."""

    __tablename__ = "timestamp_token"
    __table_args__ = ({"info": {"append_only": True}},)

    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    provider: Mapped[str] = mapped_column(String(200), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary)
    gen_time: Mapped[datetime] = mapped_column(UTCDateTime)


class TimestampRenewal(Base):
    """A token over a checkpoint and the tokens before it, made before what they rest on ends."""

    __tablename__ = "timestamp_renewal"
    __table_args__ = ({"info": {"append_only": True}},)

    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"), primary_key=True)
    size: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    provider: Mapped[str] = mapped_column(String(200), primary_key=True)
    """Whose first token it renews."""
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_by: Mapped[str] = mapped_column(String(200))
    token: Mapped[bytes] = mapped_column(LargeBinary)
    gen_time: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the certificate it was signed under ends."""
