"""Tables of publication: each numbered decision, its public versions, and the ledger’s chain of records."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words
from odr.register.formats.published import new_public_id


class PublicationState(enum.Enum):
    """What became of a numbered decision. The ledger's account adds up over pending, published, withheld and withdrawn."""

    PENDING = "pending"  # nobody has proposed a public text yet
    PROPOSED = "proposed"  # the clerk has decided every candidate; the parties may object
    APPROVED = "approved"  # a judge has approved the text; it is not out yet
    PUBLISHED = "published"  # anybody can read it
    WITHHELD = "withheld"  # not published, for a reason of the list
    WITHDRAWN = "withdrawn"  # was published and was taken back

    @property
    def label(self) -> Words:
        """The state in words, as the ledger tells it: what goes on inside the court is pending to everybody else."""
        return _STATES[self]

    @property
    def is_pending(self) -> bool:
        """Whether the public waits for it."""
        return self in (PublicationState.PENDING, PublicationState.PROPOSED, PublicationState.APPROVED)


_STATES = {
    PublicationState.PENDING: T("Pending"),
    PublicationState.PROPOSED: T("Pending"),
    PublicationState.APPROVED: T("Pending"),
    PublicationState.PUBLISHED: T("Published"),
    PublicationState.WITHHELD: T("Withheld"),
    PublicationState.WITHDRAWN: T("Withdrawn"),
}


class Change(enum.Enum):
    """What a version is against the one before: two different things, everywhere."""

    FIRST = "first"  # nothing was public before
    CONTENT = "content"  # other words stand in it
    RENDERED = "rendered"  # the same words to the last sign, set anew

    @property
    def label(self) -> Words:
        """It in words."""
        return {
            Change.FIRST: T("Published for the first time"),
            Change.CONTENT: T("Content changed"),
            Change.RENDERED: T("Rendered anew: the words are the same to the last sign"),
        }[self]


class Publication(Base):
    """A decision with its number in the public ledger, from its sealing on. ``original`` is its text as it was sealed."""

    __tablename__ = "publication"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    address: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    """Where it is read: independent of its number, and the same for ever."""
    number: Mapped[int] = mapped_column(unique=True)
    """Its number in the ledger: the next one of the court, without a gap."""
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    """Key of the pack's kinds."""
    rules: Mapped[str] = mapped_column(String(60))
    """The version of the pack under which it got its number."""
    language: Mapped[str] = mapped_column(String(12))
    decided_on: Mapped[date] = mapped_column(Date, index=True)
    original: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[PublicationState] = mapped_column(enum_column(PublicationState), default=PublicationState.PENDING)
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """Since when it is in this state, as the public sees it."""
    effective_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lost_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it has no effect any more, while nobody has decided what follows for the public text."""
    due_on: Mapped[date | None] = mapped_column(Date, index=True)
    choices: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """What the clerk decided on each candidate, by what it is."""
    pointed: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Words the clerk pointed at because nothing had found them; each is a candidate."""
    naming: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """By what each name is replaced, so that later decisions of the case say the same. It holds the names: never public."""
    proposed: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """The public text as it was proposed, until it is published or given up."""
    proposed_sha256: Mapped[str | None] = mapped_column(String(64))
    masked: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What is replaced and cut in the proposed text, by rule."""
    proposed_by: Mapped[int | None] = mapped_column(BigInt)
    proposed_entry: Mapped[int | None]
    approved_by: Mapped[int | None] = mapped_column(BigInt)
    approved_entry: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(40))
    """Key of the pack's reasons, of what is withheld or withdrawn, as the last record of the number says it."""
    correcting: Mapped[str | None] = mapped_column(String(40))
    """Why another text is proposed in the place of one that was public; it comes into the ledger when that is published."""
    __table_args__ = (
        Index("ix_publication_state_number", "state", "number"),
        # The whole account is read from this one, never from the rows with their long texts.
        Index("ix_publication_account", "decided_on", "state", "reason", "due_on", "number"),
    )


class HeldRuling(Base):
    """A sealed ruling that has no number yet, because somebody in the case does not know of it: a number would tell them (CPL
    103). The row goes when the ruling gets its number.
    """

    __tablename__ = "held_ruling"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    """Key of the pack's kinds, for the number it will get."""
    language: Mapped[str] = mapped_column(String(12))
    decided_on: Mapped[date] = mapped_column(Date)
    original: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Its text as it was sealed."""


class PublicationVersion(Base):
    """A text that was published. It stays on record with its digest, also when the text itself had to be taken away."""

    __tablename__ = "publication_version"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Digest of the canonical JSON of the public text."""
    change: Mapped[Change] = mapped_column(enum_column(Change))
    reason: Mapped[str | None] = mapped_column(String(40))
    masked: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    proposed_by: Mapped[str] = mapped_column(String(200))
    approved_by: Mapped[str] = mapped_column(String(200))
    entry_number: Mapped[int]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The sealed PDF of the public text."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("publication_id", "number"), {"info": {"append_only": True}})


class PublishedText(Base):
    """The words of a version, as long as they may be shown. Where a masking is corrected this row goes; the version stays."""

    __tablename__ = "published_text"

    version_id: Mapped[int] = mapped_column(ForeignKey("publication_version.id"), primary_key=True)
    text: Mapped[dict[str, Any]] = mapped_column(JSON)


class PublicationObjection(Base):
    """What a party does not want to be public, or thinks is wrongly hidden."""

    __tablename__ = "publication_objection"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    passages: Mapped[list[str]] = mapped_column(JSON)
    """Exact words of the text; each becomes a candidate for the clerk."""
    reasons: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class RegisterRecord(Base):
    """A line of the ledger’s chain: public as it is, anchored in the log, and naming nobody but the court’s own people."""

    __tablename__ = "register_record"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = ({"info": {"append_only": True}},)


class RegisterHead(Base):
    """How far the ledger goes: one row, locked by whoever adds to it, so that no number is skipped or given twice."""

    __tablename__ = "register_head"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    decisions: Mapped[int]
    records: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
