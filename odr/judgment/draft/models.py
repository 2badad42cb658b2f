"""Comments of the bench on a draft, and a judge's own text blocks: neither is part of any file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.docket.models import Role
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference


class DraftComment(Base):
    """What somebody of the bench says to the others about a draft: deliberation, read by the bench alone (CPL 45)."""

    __tablename__ = "draft_comment"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    part: Mapped[str] = mapped_column(String(40))
    """Which part of the draft it is about; ``whole`` for all of it."""
    words: Mapped[str] = mapped_column(Text)
    draft_number: Mapped[int | None]
    """Entry of the draft it was said of; None before there was one."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(200))


class TextBlock(Base):
    """One version of a text a judge keeps for their drafts; theirs alone. A change is another version."""

    __tablename__ = "text_block"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    series: Mapped[str] = mapped_column(Reference)
    """What all versions of one text have in common."""
    version: Mapped[int]
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(String(60), default="")
    """The kind of dispute it is offered in; empty for every kind."""
    language: Mapped[str] = mapped_column(String(12))
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_newest: Mapped[bool]
    is_left: Mapped[bool] = mapped_column(default=False)
    """Whether the judge has put the text aside; its versions stay readable to them."""
    __table_args__ = (UniqueConstraint("series", "version"),)
