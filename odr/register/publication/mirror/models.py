"""What copies of the register were made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime


class RegisterCopy(Base):
    """The index of a copy as it was put on record, byte for byte; its digest stands in the log."""

    __tablename__ = "register_copy"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    record: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(64))
    """Digest of what is public, without proofs: where it is the same nothing new is put on record."""
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
