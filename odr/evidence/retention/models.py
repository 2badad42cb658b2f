"""Tables of legal holds, proposals to erase files, and notices to those who sent them."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.evidence.models import Exhibit, Upload
from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words

STANDING = "lifted_by IS NULL"
"""Holds that stand."""


class LegalHold(Base):
    """Nothing of a case is erased while it is held: another proceeding, an audit, a request still open."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    reasons: Mapped[str] = mapped_column(Text)
    ordered_by: Mapped[int]
    """Number of the entry that ordered it."""
    lifted_by: Mapped[int | None]
    __table_args__ = (
        Index("ix_legal_hold_standing", "case_id", sqlite_where=text(STANDING), postgresql_where=text(STANDING)),
    )


class ErasureState(enum.Enum):
    """What became of a proposal to erase."""

    PROPOSED = "proposed"  # the time of the rule has run; a person decides
    ERASED = "erased"  # file, receipt and salt are gone
    KEPT = "kept"  # kept for the reasons given

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            ErasureState.PROPOSED: T("A person has to decide"),
            ErasureState.ERASED: T("Erased"),
            ErasureState.KEPT: T("Kept"),
        }[self]


class ErasureProposal(Base):
    """An exhibit whose time under a rule of the pack has run. Being on the list erases nothing."""

    __tablename__ = "erasure_proposal"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    exhibit_id: Mapped[int] = mapped_column(ForeignKey("exhibit.id"), unique=True)
    rule: Mapped[str] = mapped_column(String(40))
    """Key of the pack's rule."""
    due_on: Mapped[date] = mapped_column(Date)
    """Last day on which the rule has it kept."""
    prepared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[ErasureState] = mapped_column(enum_column(ErasureState), default=ErasureState.PROPOSED)
    decided_by: Mapped[int | None]
    """Number of the entry of the decision."""

    exhibit: Mapped[Exhibit] = relationship(lazy="joined")


class NoticeState(enum.Enum):
    """How far it is between a file that nobody submitted and its end."""

    WAITING = "waiting"  # its time has run; the letter to its sender was not accepted yet
    TOLD = "told"  # the letter was accepted; the sender has the time of the notice
    MOOT = "moot"  # the sender submitted it, went on with the draft, or asked to keep it
    KEPT = "kept"  # a person of the court decided to keep it
    ERASED = "erased"  # file, receipt and salt are gone

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            NoticeState.WAITING: T("The letter is not accepted yet"),
            NoticeState.TOLD: T("The sender was told"),
            NoticeState.MOOT: T("The sender goes on with it"),
            NoticeState.KEPT: T("Kept"),
            NoticeState.ERASED: T("Erased"),
        }[self]


class UploadDecision(Base):
    """What a person decided on files that nobody submitted: an administration act, whose digest the log holds."""

    __tablename__ = "upload_decision"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_by: Mapped[str] = mapped_column(String(200))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased: Mapped[bool]
    reasons: Mapped[str] = mapped_column(Text)
    record: Mapped[str] = mapped_column(Text)
    """The act in canonical form: each file's reference, digest, rule, and when its sender was told."""
    receipt: Mapped[str] = mapped_column(Reference)


class UploadNotice(Base):
    """A file that nobody submitted and whose time has run: its sender is told before a person decides."""

    __tablename__ = "upload_notice"
    __table_args__ = (Index("ix_upload_notice_state", "state", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"), index=True)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    """Whom it was sent by, and who is told."""
    rule: Mapped[str] = mapped_column(String(40))
    pack: Mapped[str] = mapped_column(String(60))
    """Which version of the rules says so."""
    due_on: Mapped[date] = mapped_column(Date)
    """Last day on which the rule has it kept."""
    prepared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    said: Mapped[str | None] = mapped_column(String(300))
    """What the mail server answered."""
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the mail server accepted the letter."""
    until_on: Mapped[date | None] = mapped_column(Date)
    """Last day on which the sender may still keep it, as the letter says."""
    state: Mapped[NoticeState] = mapped_column(enum_column(NoticeState), default=NoticeState.WAITING)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("upload_decision.id"), index=True)

    upload: Mapped[Upload] = relationship(lazy="joined")
    decision: Mapped[UploadDecision | None] = relationship()
