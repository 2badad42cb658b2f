"""Tables of the terminals: which the court has, and who is at one now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, new_reference


class Kiosk(Base):
    """A terminal, put up by an administrator. It is known by a secret of its own, of which a digest is kept."""

    __tablename__ = "kiosk"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    name: Mapped[str] = mapped_column(String(100))
    """Where it stands, as its page says it."""
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the code that is typed at the terminal once; none once it was."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    made_by: Mapped[int] = mapped_column(BigInt)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class KioskVisit(Base):
    """Somebody at a terminal, from the first touch to the end. ``session_id`` is their signed-in session, which ends with it."""

    __tablename__ = "kiosk_visit"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kiosk_id: Mapped[int] = mapped_column(ForeignKey("kiosk.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    session_id: Mapped[int | None] = mapped_column(BigInt)
    large: Mapped[bool] = mapped_column(default=False)
    called: Mapped[int | None] = mapped_column(BigInt)
    """The call of a person from here, which ends with the visit."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
