"""Tables of drafts, claims, facts, what is asked for, and requests."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class ReliefKind(enum.Enum):
    """What a claim may ask for."""

    MONEY = "money"  # pay an amount
    PERFORMANCE = "performance"  # do or deliver something
    REMOVAL = "removal"  # take something down, stop something
    APOLOGY = "apology"  # apologise
    DECLARATION = "declaration"  # declare a right or that there is none

    @property
    def label(self) -> Words:
        """The kind in words."""
        return RELIEF_WORDS[self]


RELIEF_WORDS = {
    ReliefKind.MONEY: T("Pay money"),
    ReliefKind.PERFORMANCE: T("Do or deliver something"),
    ReliefKind.REMOVAL: T("Take something down or stop it"),
    ReliefKind.APOLOGY: T("Apologise"),
    ReliefKind.DECLARATION: T("Declare a right"),
}


class FactStance(enum.Enum):
    """How the other side answers a numbered fact."""

    OPEN = "open"  # not answered yet
    ADMITTED = "admitted"  # agreed: needs no proof against the one who admits (EV 3)
    DENIED = "denied"  # disputed
    PARTLY = "partly"  # agreed in part, with the part named

    @property
    def label(self) -> Words:
        """The stance in words."""
        return {
            FactStance.OPEN: T("Not answered"),
            FactStance.ADMITTED: T("Agreed"),
            FactStance.DENIED: T("Disputed"),
            FactStance.PARTLY: T("Agreed in part"),
        }[self]


class DraftState(enum.Enum):
    """What became of a draft."""

    OPEN = "open"  # being written
    LODGED = "lodged"  # became a case
    EXPIRED = "expired"  # ninety days without a change; kept readable


class Draft(Base):
    """What a person has written and not lodged: raw form values, never the model."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    kind: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    schema_version: Mapped[int] = mapped_column(default=1)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done_steps: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[DraftState] = mapped_column(enum_column(DraftState), default=DraftState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[int | None] = mapped_column(BigInt)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lodged_as: Mapped[str | None] = mapped_column(Reference)
    __table_args__ = (
        Index("ix_draft_account_id_kind_state", "account_id", "kind", "state"),
        Index("ix_draft_kind_state_saved_at", "kind", "state", "saved_at"),
    )


class DraftShare(Base):
    """Somebody else invited to write in a draft: a representative, or the client for whom one writes. It counts once
    they have accepted, until it ends.
    """

    __tablename__ = "draft_share"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    """The address that was typed, whether or not anybody signs in with it."""
    account_id: Mapped[int | None] = mapped_column(BigInt, index=True)
    """Who accepted."""
    lodges: Mapped[bool] = mapped_column(default=False)
    """The claim is theirs: they lodge it, and not who began the draft."""
    shared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(BigInt)
    """The account that ended it: who began the draft, or who was invited."""
    __table_args__ = (
        Index(
            "ix_draft_share_standing",
            "draft_id",
            "email",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    @classmethod
    def counts(cls) -> ColumnElement[bool]:
        """Whether it was accepted and has not ended."""
        return cls.accepted_at.is_not(None) & cls.ended_at.is_(None)


class DraftFile(Base):
    """That somebody named a file in the evidence of a draft. It says nothing while the file is not theirs."""

    __tablename__ = "draft_file"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    account_id: Mapped[int] = mapped_column(BigInt, index=True)
    reference: Mapped[str] = mapped_column(Reference)
    attached_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("draft_id", "account_id", "reference"),)


class DraftRevision(Base):
    """What a step said before somebody else, or another hour, wrote over it: nothing typed is lost."""

    __tablename__ = "draft_revision"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"), index=True)
    step: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    account_id: Mapped[int | None] = mapped_column(BigInt)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Claim(Base):
    """What a claimant (or counterclaimant) seeks, as it stands now."""

    __tablename__ = "claim"
    __table_args__ = {"info": {"asked_by": ("party_id", "kind", "entry_number"), "open_while": "withdrawn_at"}}

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str] = mapped_column(String(20), default="claim")
    platform: Mapped[str | None] = mapped_column(String(200))
    shop: Mapped[str | None] = mapped_column(String(200))
    order_number: Mapped[str | None] = mapped_column(String(100), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInt, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    entry_number: Mapped[int]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    particulars: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What the claim says to the fields of its cause, as the entry keeps it."""


class Relief(Base):
    """One thing asked for, numbered."""

    __tablename__ = "relief"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), index=True)
    number: Mapped[int]
    kind: Mapped[ReliefKind] = mapped_column(enum_column(ReliefKind))
    what: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str | None] = mapped_column(String(3))
    __table_args__ = (UniqueConstraint("claim_id", "number"), {"info": {"of": "claim_id"}})


class Fact(Base):
    """One alleged fact, numbered, with the other side's stance to it."""

    __tablename__ = "fact"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    number: Mapped[int]
    happened_on: Mapped[date | None] = mapped_column(Date)
    what: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = (UniqueConstraint("case_id", "number"),)


class FactAnswer(Base):
    """What one opposing party says to one fact; an admission binds only the one who makes it (EV 6)."""

    __tablename__ = "fact_answer"
    __table_args__ = {"info": {"of": "fact_id"}}

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    fact_id: Mapped[int] = mapped_column(ForeignKey("fact.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    stance: Mapped[FactStance] = mapped_column(enum_column(FactStance))
    words: Mapped[str | None] = mapped_column(Text)
    entry_number: Mapped[int]


class ReviewReturn(Base):
    """The one return of a claim with every defect and the day by which it is mended (OLR 9)."""

    __tablename__ = "review_return"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    defects: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    entry_number: Mapped[int]
    corrected_entry: Mapped[int | None]


class NumberSeries(Base):
    """The last case number given in a year, by kind."""

    __tablename__ = "number_series"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    year: Mapped[int]
    last: Mapped[int] = mapped_column(default=0)
    __table_args__ = (UniqueConstraint("kind", "year"),)


class StaffLeave(Base):
    """Days on which somebody of the court is away and gets no new case."""

    __tablename__ = "staff_leave"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    set_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RequestKind(enum.Enum):
    """What a party or the registry asks for while a case runs."""

    WITHDRAWAL = "withdrawal"  # leave to withdraw a claim (CPL 148)
    JURISDICTION = "jurisdiction"  # that another court hears the case (CPL 130)
    RECUSAL = "recusal"  # that somebody of the court steps aside (CPL 47)
    TIME = "time"  # more time before it has ended (EV 54)
    REBUTTAL = "rebuttal"  # time for evidence again, after one's own has ended (EV 51(3))
    LATENESS = "lateness"  # time again after an obstacle (CPL 86)
    REASSIGNMENT = "reassignment"  # that somebody else takes a seat
    IDENTITY = "identity"  # who stands behind a shop, asked of its platform (CPI 209)
    JOINDER = "joinder"  # that somebody else takes part (CPI 73, 222)
    APPEAL = "jurisdiction_appeal"  # appeal from the ruling on jurisdiction (CPL 171)
    RULING_APPEAL = "ruling_appeal"  # appeal from the refusal of a claim or the dismissal of the action (CPL 171)
    ENDING = "ending"  # a ruling that ends the case and waits for its time of appeal (CPL 158)
    DISPOSITION = "disposition"  # that all who are represented agree to a step (CPL 56)
    COMPLAINT = "complaint"  # a complaint about how the court does its work (EXT 7)
    PROCEDURE = "procedure"  # that the case follows another procedure, or that a panel decides (CPL 43, 169; CPI 269)
    LEGAL_AID = "legal_aid"  # a lawyer who costs nothing, asked of the legal-aid body
    NEW_CLAIM = "new_claim"  # leave to claim anew in a case that a retrial sent back (CPI 252)

    @property
    def label(self) -> Words:
        """The kind in words."""
        return REQUEST_WORDS[self]


REQUEST_WORDS = {
    RequestKind.WITHDRAWAL: T("Leave to withdraw"),
    RequestKind.JURISDICTION: T("Objection to jurisdiction"),
    RequestKind.RECUSAL: T("Challenge"),
    RequestKind.TIME: T("More time"),
    RequestKind.REBUTTAL: T("Time for evidence again"),
    RequestKind.LATENESS: T("Relief for lateness"),
    RequestKind.REASSIGNMENT: T("Another person in a seat"),
    RequestKind.IDENTITY: T("Who stands behind a shop"),
    RequestKind.JOINDER: T("Another person in the case"),
    RequestKind.APPEAL: T("Appeal from a ruling on jurisdiction"),
    RequestKind.RULING_APPEAL: T("Appeal from a ruling"),
    RequestKind.ENDING: T("Ruling that ends the case"),
    RequestKind.DISPOSITION: T("Consent to a step for all"),
    RequestKind.COMPLAINT: T("Complaint"),
    RequestKind.PROCEDURE: T("Objection to the procedure"),
    RequestKind.LEGAL_AID: T("Legal aid"),
    RequestKind.NEW_CLAIM: T("Leave to claim anew after a retrial"),
}


class RequestState(enum.Enum):
    """What became of a request."""

    ASKED = "asked"  # waits
    GRANTED = "granted"  # decided for the one who asked, or answered
    REFUSED = "refused"  # decided against
    OVER = "over"  # no longer needed


class Request(Base):
    """Something asked for on the docket, and the entry that decided it."""

    __tablename__ = "filing_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[RequestKind] = mapped_column(enum_column(RequestKind))
    subject: Mapped[str | None] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[RequestState] = mapped_column(enum_column(RequestState), default=RequestState.ASKED)
    asked_entry: Mapped[int]
    decided_entry: Mapped[int | None]
    __table_args__ = (Index("ix_filing_request_kind_state", "kind", "state"),)


UNHEARD = "given IS NOT NULL"
"""Requests from outside of which the docket does not tell yet."""


class OutsideRequest(Base):
    """Somebody outside asks to take part in the case of a number, whether there is such a case or not."""

    __tablename__ = "outside_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    number: Mapped[str] = mapped_column(String(80))
    given: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What they wrote, until it stands on the docket or no case of the number was found."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("filing_request.id"))
    __table_args__ = (
        Index("ix_outside_request_waiting", "id", sqlite_where=text(UNHEARD), postgresql_where=text(UNHEARD)),
    )


class MandateNote(Base):
    """Which entries of the docket tell of a mandate's signature and end; one row a mandate that was told of."""

    __tablename__ = "mandate_note"

    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"), primary_key=True)
    signed_entry: Mapped[int | None]
    ended_entry: Mapped[int | None]


class CalendarFeed(Base):
    """The secret address of somebody's calendar; only its fingerprint is kept."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
