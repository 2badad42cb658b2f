"""Searches that somebody is told of by e-mail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, new_reference


class SavedSearch(Base):
    """A search with the mailbox that is told what is new in it. With its end the row goes: nobody is kept who left."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    email: Mapped[str] = mapped_column(String(254), index=True)
    locale: Mapped[str] = mapped_column(String(12))
    asked: Mapped[list[Any]] = mapped_column(JSON)
    """The parameters of its address, in their order."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    told_to: Mapped[int] = mapped_column(default=0)
    """The record of the public ledger up to which the mailbox was told."""
    tell_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it is looked for news again; none before it is confirmed."""
    failed: Mapped[int] = mapped_column(default=0)
    """Letters in a row that no mail server took."""
    __table_args__ = (Index("ix_saved_search_tell_at", "tell_at"),)
