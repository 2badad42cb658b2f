"""Applications of people outside a case to read a decision of it, and the record of each step."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class ViewingState(enum.Enum):
    """How far an application is."""

    WAITING = "waiting"  # the registry answers by its day
    GUIDED = "guided"  # the decision is public: where it is read was told
    GRANTED = "granted"  # the redacted text can be read by who applied
    REFUSED = "refused"  # with the reason of the law
    REVIEW = "review"  # the president looks at the refusal once more
    UPHELD = "upheld"  # the refusal stands

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            ViewingState.WAITING: T("The registry answers"),
            ViewingState.GUIDED: T("It is public"),
            ViewingState.GRANTED: T("You may read it"),
            ViewingState.REFUSED: T("Not allowed"),
            ViewingState.REVIEW: T("The president looks at it"),
            ViewingState.UPHELD: T("Not allowed, also after review"),
        }[self]


class ViewingApplication(Base):
    """Somebody with an account asks to read a decision in effect, by number of the case or names of its parties (CPI 254)."""

    __tablename__ = "viewing_application"
    __table_args__ = (Index("ix_viewing_application_state", "state", "due_at", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    about: Mapped[str] = mapped_column(String(300))
    """The number of the case, or who its parties are."""
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[ViewingState] = mapped_column(enum_column(ViewingState), default=ViewingState.WAITING)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """By when the court answers: the registry, and the president once a review is asked for."""
    publication_id: Mapped[int | None] = mapped_column(ForeignKey("publication.id"))
    """The decision that was found."""
    ground: Mapped[str | None] = mapped_column(String(40))
    """Why it is not allowed, as the law calls it."""
    words: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(BigInt)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    review_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Until when a review of the refusal can be asked for."""
    objection: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[int | None] = mapped_column(BigInt)
    review_words: Mapped[str | None] = mapped_column(Text)


class ViewingRecord(Base):
    """A step of an application as it was put on record, byte for byte; its digest stands in the log."""

    __tablename__ = "viewing_record"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("viewing_application.id"), index=True)
    record: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
