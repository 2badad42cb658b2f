"""Places of the public in a hearing: who asked, what became of it, how the places were given out."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class Tie(enum.Enum):
    """What somebody has to do with the case."""

    NONE = "none"  # nothing: a member of the public
    RELATIVE = "relative"  # a near relative of a party
    INTERESTED = "interested"  # the case touches an interest of theirs
    PRESS = "press"  # reports for the press

    @property
    def label(self) -> Words:
        """In words."""
        return {
            Tie.NONE: T("Nothing; I want to see the hearing"),
            Tie.RELATIVE: T("I am a near relative of a party"),
            Tie.INTERESTED: T("The case touches an interest of mine"),
            Tie.PRESS: T("I report for the press"),
        }[self]


class Way(enum.Enum):
    """How places are given out where more ask than there are (CTR 9(2))."""

    ORDER = "order"  # who asked first
    LOT = "lot"  # by a lot that anybody can draw again

    @property
    def label(self) -> Words:
        """In words."""
        return {Way.ORDER: T("In the order of asking"), Way.LOT: T("By lot")}[self]


class PlaceState(enum.Enum):
    """How far somebody's request is."""

    ASKED = "asked"  # waits until the places are given out, or for one that comes free
    LEAVE = "leave"  # a minor: the court gives leave first
    GIVEN = "given"  # has a pass
    REFUSED = "refused"  # not admitted, with the ground
    RETURNED = "returned"  # given back by who had asked
    LAPSED = "lapsed"  # the hearing does not take place as announced

    @property
    def label(self) -> Words:
        """In words."""
        return {
            PlaceState.ASKED: T("Waits for a place"),
            PlaceState.LEAVE: T("Waits for the court’s leave"),
            PlaceState.GIVEN: T("Has a place"),
            PlaceState.REFUSED: T("Not admitted"),
            PlaceState.RETURNED: T("Given back"),
            PlaceState.LAPSED: T("Lapsed with the hearing"),
        }[self]


class Entered(enum.Enum):
    """What happened at the door."""

    CAME = "came"  # identity checked, admitted
    TURNED_AWAY = "turned_away"  # refused the check, drunk, a danger to order (CTR 9(3)(3)–(5))

    @property
    def label(self) -> Words:
        """In words."""
        return {Entered.CAME: T("Admitted"), Entered.TURNED_AWAY: T("Turned away")}[self]


class PlacesOfHearing(Base):
    """The places of one hearing: how many, until when what is kept stays kept, and how they are given out."""

    __tablename__ = "places_of_hearing"

    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), primary_key=True, autoincrement=False)
    seats: Mapped[int]
    kept: Mapped[int]
    """Seats kept, until ``closes_at``, for near relatives and whoever has an interest in the case."""
    way: Mapped[Way] = mapped_column(enum_column(Way))
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_by: Mapped[str | None] = mapped_column(Reference)
    """Receipt of the record that the time to ask was over, where a lot decides."""
    drawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When what was kept, or everything where a lot decides, was given out."""
    seed: Mapped[str | None] = mapped_column(String(64))
    """Root of the court's log, in hexadecimal, from which the lot was drawn."""
    seed_size: Mapped[int | None] = mapped_column(BigInt)
    """Size of the log with that root."""
    __table_args__ = (Index("ix_places_of_hearing_closes_at", "closes_at", "hearing_id"),)


class PlaceRequest(Base):
    """Somebody asks for a place of the public in a hearing."""

    __tablename__ = "place_request"
    __table_args__ = (
        UniqueConstraint("hearing_id", "account_id"),
        Index("ix_place_request_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    name: Mapped[str] = mapped_column(String(200))
    """As it stands in the identity document that is shown at the door."""
    tie: Mapped[Tie] = mapped_column(enum_column(Tie))
    tie_words: Mapped[str] = mapped_column(String(500), default="")
    comes_first: Mapped[bool]
    """Whether the tie counts: as stated, until the registry finds that it does not."""
    is_minor: Mapped[bool]
    state: Mapped[PlaceState] = mapped_column(enum_column(PlaceState))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Of the last time: who gave a place back and asks again comes after those who asked meanwhile."""
    number: Mapped[int | None]
    """Of the pass, counted in the hearing."""
    ground: Mapped[str | None] = mapped_column(String(40))
    words: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(BigInt)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    entered: Mapped[Entered | None] = mapped_column(enum_column(Entered))
    entered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    checked_by: Mapped[int | None] = mapped_column(BigInt)


class PlaceRecord(Base):
    """A step as it was put on record, byte for byte; its digest stands in the log."""

    __tablename__ = "place_record"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey("hearing.id"), index=True)
    record: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class PlaceObjection(Base):
    """Somebody who was not admitted, turned away or sent out says why that is wrong; somebody else of the registry answers."""

    __tablename__ = "place_objection"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("place_request.id", ondelete="CASCADE"), unique=True)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    upheld: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(BigInt)
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
