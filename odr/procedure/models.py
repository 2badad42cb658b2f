"""Tables of time limits, tasks, the training clock, and the keys that make an act happen once."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.docket.models import Role
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference


class WindowState(enum.Enum):
    """Where a time limit of a party stands."""

    OPEN = "open"  # the party may still act
    MET = "met"  # the party acted in time
    LAPSED = "lapsed"  # it ended without the act
    HALTED = "halted"  # suspended; the remaining time is kept
    ENDED = "ended"  # made pointless by another act, or waived


class Window(Base):
    """A time limit of one party (or of the court, where ``party_id`` is empty)."""

    __tablename__ = "window"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(80), index=True)
    state: Mapped[WindowState] = mapped_column(enum_column(WindowState))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    halted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    working: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_by: Mapped[int | None]
    closed_by: Mapped[int | None]
    __table_args__ = (
        Index("ix_window_case_id_state", "case_id", "state"),
        Index("ix_window_state_due_at", "state", "due_at"),
        {"info": {"asked_by": ("kind", "party_id", "state", "subject")}},
    )


class ActKey(Base):
    """An idempotency key and the entry it made: repeating the request gets the first receipt."""

    __tablename__ = "act_key"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    key: Mapped[str] = mapped_column(String(100))
    request: Mapped[str] = mapped_column(String(64))
    case_reference: Mapped[str] = mapped_column(Reference)
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("account_id", "key"),)


class ClockOffset(Base):
    """How far procedural time is ahead of machine time; a row exists only in training."""

    __tablename__ = "clock_offset"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    seconds: Mapped[int] = mapped_column(BigInt, default=0)


class ActDraft(Base):
    """What a person has typed into the form of an act and not sent: raw form values, for them alone."""

    __tablename__ = "act_draft"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    hat: Mapped[str] = mapped_column(String(40))
    """In which capacity: who acts for two parties writes for each by itself."""
    act: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(300))
    """What the address of the form named, such as the exhibit an objection is about."""
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    __table_args__ = (UniqueConstraint("account_id", "case_id", "hat", "act", "about"),)


class FormDraft(Base):
    """What a person has typed into a form that belongs to no case and not sent: raw form values, for them alone."""

    __tablename__ = "form_draft"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt)
    act: Mapped[str] = mapped_column("form", String(60))
    """Which form (``odr/web/forms_outside.py``); called as in a draft of an act, since both are kept by the same hands."""
    about: Mapped[str] = mapped_column(String(300))
    """What the address of the form named, such as the application a review is asked for."""
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    __table_args__ = (UniqueConstraint("account_id", "form", "about"),)


OPEN = "done_at IS NULL"
"""Tasks that wait: few of all there ever were."""


class Task(Base):
    """Something that waits for a person of the court, with the reason in words."""

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    risk: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_by: Mapped[int | None]
    """Entry with which it came onto the desk: who may not read that is told nothing of it. None for those of before."""
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        Index("ix_task_role_done_at_due_at", "role", "done_at", "due_at"),
        Index("ix_task_open_since", "opened_at", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_task_open", "kind", "case_id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        {"info": {"asked_by": ("kind", "role", "subject", "risk"), "open_while": "done_at"}},
    )


class StaffNote(Base):
    """A word between people of the court about a case or one of its entries: no part of the file, closed when done."""

    __tablename__ = "staff_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    entry_number: Mapped[int | None]
    account_id: Mapped[int] = mapped_column(BigInt)
    """Who wrote it."""
    role: Mapped[Role] = mapped_column(enum_column(Role))
    """In which seat."""
    for_role: Mapped[Role | None] = mapped_column(enum_column(Role))
    """Whose it is to deal with; None for everybody of the court in the case."""
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[int | None] = mapped_column(BigInt)
    __table_args__ = (Index("ix_staff_note_closed_at_written_at", "closed_at", "written_at"),)
