"""Tables of hash renewal: a round binds everything entered so far with SHA-512, before SHA-256 weakens (RFC 4998, 5.3)."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, UTCDateTime, enum_column


class Bound(enum.Enum):
    """What of an entry a round could bind."""

    FILE = "file"
    """Its receipt, and the file the receipt names."""
    RECEIPT = "receipt"
    """Its receipt alone: the court keeps no file for it (a digest that was sent in, a file erased under a rule)."""
    DAMAGED = "damaged"
    """Its receipt alone: a file is kept, but it is missing or no longer the one the receipt names."""
    ERASED = "erased"
    """Its line in the log alone: the receipt was erased, nobody knows any more what it said."""


class HashRenewal(Base):
    """A round. Its heads are fixed when it begins: what enters later is covered by the next one."""

    __tablename__ = "hash_renewal"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(String(300))
    """On which rule or setting it runs, in the operator's words."""
    rule_on: Mapped[date] = mapped_column(Date)
    """The day of that rule."""
    begun_by: Mapped[str] = mapped_column(String(200))
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    heads: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """For each log ``log``, ``origin``, first entry ``start``, ``size`` of the tree head and ``sha512`` of that
    checkpoint.
    """
    entries: Mapped[int] = mapped_column(BigInt)
    checkpoints: Mapped[int] = mapped_column(BigInt)
    signed_by: Mapped[str | None] = mapped_column(ForeignKey("log.id"))
    """The log with whose key the statement is signed."""
    statement: Mapped[str | None] = mapped_column(Text)
    """What is signed, written down before it is: a crash in between has the same words signed."""
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The statement with its signature; none while the round goes on."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RenewedEntry(Base):
    """One log entry in a round's tree, at ``position``."""

    __tablename__ = "hash_renewal_entry"
    __table_args__ = (UniqueConstraint("log_id", "log_index"), {"info": {"append_only": True}})

    round: Mapped[int] = mapped_column(ForeignKey("hash_renewal.number"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"))
    log_index: Mapped[int] = mapped_column(BigInt)
    bound: Mapped[Bound] = mapped_column(enum_column(Bound))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """64 bytes; see :func:`odr.notary.rehash.renewal_tree.pair`."""
    blind: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Random, where there is no salt of a receipt left: nobody learns from a neighbour's path that a receipt was
    erased.
    """


class RenewedHead(Base):
    """One checkpoint in a round's tree, with exactly the tokens and cosignatures it had then."""

    __tablename__ = "hash_renewal_head"
    __table_args__ = (UniqueConstraint("log_id", "size"), {"info": {"append_only": True}})

    round: Mapped[int] = mapped_column(ForeignKey("hash_renewal.number"), primary_key=True)
    position: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    log_id: Mapped[str] = mapped_column(ForeignKey("log.id"))
    size: Mapped[int] = mapped_column(BigInt)
    text: Mapped[bytes] = mapped_column(LargeBinary)
    """The leaf itself; see :func:`odr.notary.rehash.renewal_tree.head_leaf`."""


class RenewedNode(Base):
    """A tile of a round's tree above its leaves: up to 256 hashes of 64 bytes."""

    __tablename__ = "hash_renewal_node"
    __table_args__ = ({"info": {"append_only": True}},)

    round: Mapped[int] = mapped_column(ForeignKey("hash_renewal.number"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tile_index: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class RenewedToken(Base):
    """A time token over a round's statement, number 0, and those that renew it."""

    __tablename__ = "hash_renewal_token"
    __table_args__ = ({"info": {"append_only": True}},)

    round: Mapped[int] = mapped_column(ForeignKey("hash_renewal.number"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(200), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_by: Mapped[str] = mapped_column(String(200))
    token: Mapped[bytes] = mapped_column(LargeBinary)
    gen_time: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
