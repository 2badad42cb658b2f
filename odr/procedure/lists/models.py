"""Tables of the lists: who put what on one, and what came of each line."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text


class LineState(enum.Enum):
    """Where a line of a list stands."""

    WAITS = "waits"  # it is done when its time has come, or when somebody says now
    TAKEN_BACK = "taken_back"  # before it was done; nothing has happened in the case
    DONE = "done"  # the act stands on the docket
    REFUSED = "refused"  # when its turn came the act was not open any more

    @property
    def label(self) -> Text:
        """In words."""
        return STATE_WORDS[self]


STATE_WORDS = {
    LineState.WAITS: T("Waits"),
    LineState.TAKEN_BACK: T("Taken back"),
    LineState.DONE: T("Done"),
    LineState.REFUSED: T("Not done"),
}


class ActList(Base):
    """Acts of one kind that one person has put on a list, to be performed when its time has come."""

    __tablename__ = "act_list"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    kind: Mapped[str] = mapped_column(String(40))
    """Which page it was made on (:data:`odr.procedure.lists.kinds.KINDS`)."""
    act: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str] = mapped_column(String(60))
    """Of the form it came from: sent twice, it is one list."""
    ticked: Mapped[int]
    """How many were ticked, whether or not they could be put on it."""
    proved: Mapped[bool]
    """Whether whoever made it had proved a short time before who they are (step-up); that counts for these lines alone."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    said_now_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When no line waited any more."""
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_act_list_ended_at_due_at", "ended_at", "due_at"),
    )


class ActListLine(Base):
    """One act of a list: in which case, with what input, and what came of it."""

    __tablename__ = "act_list_line"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("act_list.id"))
    number: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    subject: Mapped[str] = mapped_column(String(80))
    """What it is about: a claim, a fee, a seat. Nothing stands on two lists that wait."""
    given: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[LineState] = mapped_column(enum_column(LineState))
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    entry_number: Mapped[int | None]
    breach: Mapped[dict[str, str] | None] = mapped_column(JSON)
    """Why it was not done, in every language of the court."""
    __table_args__ = (
        UniqueConstraint("list_id", "number"),
        Index("ix_act_list_line_state_subject", "state", "subject"),
    )
