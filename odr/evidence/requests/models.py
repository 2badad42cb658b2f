"""Requests about evidence: what the court is asked to order, what the others say to it, and what became of the order."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.evidence.models import Exhibit
from odr.ground.db import Base, BigInt, Reference, enum_column, new_reference
from odr.ground.text import T, Text as Words


class RequestKind(enum.Enum):
    """What the court is asked to order about evidence."""

    EXCLUSION = "exclusion"  # obtained unlawfully (CPI 106)
    ORIGINAL = "original"  # the original is to be shown (OLR 12, 13; EV 15)
    PRODUCTION = "production"  # the other side is to produce a document it holds (EV 45; CPI 112)
    COLLECTION = "collection"  # the court is to collect it from somebody outside the case (CPL 67; EV 20)
    INSPECTION = "inspection"  # the court is to look at a thing, a place or what stands online (CPL 83; CPI 124)
    LATE = "late"  # whether late evidence is admitted (CPI 101, 102); opened by the submission itself

    @property
    def label(self) -> Words:
        """The kind in words."""
        return REQUEST_WORDS[self]

    @property
    def has_own_ruling(self) -> bool:
        """Whether its ruling is an act of its own, since it has to fix more than yes or no."""
        return self in (RequestKind.INSPECTION, RequestKind.LATE)


REQUEST_WORDS = {
    RequestKind.EXCLUSION: T("Exclude an exhibit that was obtained unlawfully"),
    RequestKind.ORIGINAL: T("Have the original of an exhibit shown"),
    RequestKind.PRODUCTION: T("Order another party to produce a document it holds"),
    RequestKind.COLLECTION: T("Have the court collect evidence from somebody outside the case"),
    RequestKind.INSPECTION: T("Have the court inspect a thing, a place or what stands online"),
    RequestKind.LATE: T("Late evidence"),
}


class RequestState(enum.Enum):
    """Where a request about evidence stands."""

    OPEN = "open"  # the judge has to rule; until then the others may answer
    REFUSED = "refused"  # not granted; for late evidence, excluded
    GRANTED = "granted"  # granted, or admitted; nothing more to do
    ORDERED = "ordered"  # somebody has to produce, or the court to collect
    OBEYED = "obeyed"  # what was ordered is here
    NOT_OBEYED = "not_obeyed"  # refused or not done in time; the judge finds on it
    FOUND = "found"  # the judge has found what follows

    @property
    def label(self) -> Words:
        """The state in words."""
        return REQUEST_STATE_WORDS[self]


REQUEST_STATE_WORDS = {
    RequestState.OPEN: T("Before the judge"),
    RequestState.REFUSED: T("Not granted"),
    RequestState.GRANTED: T("Granted"),
    RequestState.ORDERED: T("Ordered, not done yet"),
    RequestState.OBEYED: T("Done"),
    RequestState.NOT_OBEYED: T("Not done"),
    RequestState.FOUND: T("Not done; the judge has found what follows"),
}


class EvidenceRequest(Base):
    """A request about evidence, the judge's ruling on it, and what became of the order."""

    __tablename__ = "evidence_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who asks; for late evidence, who brought it."""
    against_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """Who is to produce it."""
    exhibit_id: Mapped[int | None] = mapped_column(ForeignKey("exhibit.id"))
    kind: Mapped[RequestKind] = mapped_column(enum_column(RequestKind))
    what: Mapped[str] = mapped_column(Text)
    content: Mapped[str | None] = mapped_column(Text)
    """What the document is said to contain: it may be taken as true (EV 48)."""
    fact: Mapped[str | None] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(Text)
    grounds: Mapped[str] = mapped_column(Text)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState), default=RequestState.OPEN)
    result: Mapped[str | None] = mapped_column(Text)
    """What the ruling says, in its own words."""
    finding: Mapped[str | None] = mapped_column(String(40))
    """After disobedience: ``content``, ``fact`` or ``excused``."""
    fine_minor: Mapped[int | None] = mapped_column(BigInt)
    fine_approved: Mapped[bool | None]
    entry_number: Mapped[int]
    ruled_entry: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))

    exhibit: Mapped[Exhibit | None] = relationship(lazy="joined")
    replies: Mapped[list[EvidenceReply]] = relationship(order_by="EvidenceReply.id", lazy="selectin")


class EvidenceReply(Base):
    """What another party says to a request about evidence."""

    __tablename__ = "evidence_reply"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("evidence_request.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    objects: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]
