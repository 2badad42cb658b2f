"""Tables of the line: talks that go on, messages that were answered, and codes as a keypad types them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, UTCDateTime


class LineTalk(Base):
    """A talk with somebody: what it has come to, sealed. Whose it is, is kept as a keyed digest alone."""

    __tablename__ = "line_talk"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class LineMessage(Base):
    """A message that was answered, and its answer, sealed: the same message again gets the same answer."""

    __tablename__ = "line_message"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    sealed: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class KeypadCode(Base):
    """A code for looking up a case, as the keys of a telephone type it: a keyed digest of number and keys."""

    __tablename__ = "keypad_code"

    code_id: Mapped[int] = mapped_column(ForeignKey("progress_code.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), index=True)
