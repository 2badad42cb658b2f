"""Tables of the list of persons who do not perform."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import T, Text as Words


class ListingState(enum.Enum):
    """How far a listing is."""

    PROPOSED = "proposed"  # the person is warned and may answer; the president decides
    DECLINED = "declined"  # the president did not order it, or it was no longer needed
    DECIDED = "decided"  # ordered, and not yet served on the person: nobody outside sees it
    LISTED = "listed"  # served: anybody who knows name and number finds it
    REMOVED = "removed"  # over: nothing of it is left outside

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            ListingState.PROPOSED: T("Proposed; the president decides"),
            ListingState.DECLINED: T("Not put on the list"),
            ListingState.DECIDED: T("Decided; not yet served, so not yet public"),
            ListingState.LISTED: T("On the list"),
            ListingState.REMOVED: T("Taken off the list"),
        }[self]


STANDS = (ListingState.DECIDED, ListingState.LISTED)
"""The decision stands."""
ALIVE = (ListingState.PROPOSED, *STANDS)


class Listing(Base):
    """One debtor of one enforcement on the list, or on the way there (DDL 5)."""

    __tablename__ = "listing"
    __table_args__ = (Index("ix_listing_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    number: Mapped[int | None] = mapped_column(unique=True)
    """Of the list, given when it is decided; by it records are followed, it names nobody."""
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    enforcement_id: Mapped[int] = mapped_column(ForeignKey("enforcement_case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    state: Mapped[ListingState] = mapped_column(enum_column(ListingState), default=ListingState.PROPOSED)
    grounds: Mapped[list[str]] = mapped_column(JSON)
    facts: Mapped[str] = mapped_column(Text)
    """What the person did or left undone (DDL 6(4))."""
    sealed: Mapped[str] = mapped_column(Text)
    """The number of the identity document or the credit code, encrypted; open it stands nowhere."""
    masked: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str | None] = mapped_column(String(10))
    born_on: Mapped[date | None] = mapped_column(Date)
    head: Mapped[str | None] = mapped_column(String(200))
    """Of an organisation: its legal representative or whoever answers for it (DDL 6(1))."""
    until: Mapped[date | None] = mapped_column(Date)
    """The last day of the term; None where the grounds have none (DDL 2)."""
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_entry: Mapped[int | None]
    served_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    salt: Mapped[str | None] = mapped_column(String(64))
    """With it the digest of the records can be made again from the entry; without it the digest tells of nobody."""
    over_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    over_ground: Mapped[str | None] = mapped_column(String(40))
    over_entry: Mapped[int | None]
    entry_number: Mapped[int]


class ListingKey(Base):
    """By which a listing is found: the keyed digest of name and number together. It is here while the listing is public, and
    goes in the transaction that takes it off.
    """

    __tablename__ = "listing_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True, autoincrement=False)
    __table_args__ = (Index("ix_listing_key_listing_id", "listing_id"),)


class ListingRequest(Base):
    """Somebody asks that a debtor be listed, or that a listing be looked at again (DDL 5, 10(1)(3), 11)."""

    __tablename__ = "listing_request"
    __table_args__ = (Index("ix_listing_request_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who asks."""
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id"))
    kind: Mapped[str] = mapped_column(String(40))
    """``list``, or why it is to be looked at: ``never``, ``inaccurate``, ``over``, ``creditor``."""
    words: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(String(20))
    """``met`` or ``refused``; None while it waits."""
    review: Mapped[str | None] = mapped_column(Text)
    """What whoever was refused asks the higher court (DDL 12)."""
    review_answer: Mapped[str | None] = mapped_column(String(20))
    entry_number: Mapped[int]
    answered_entry: Mapped[int | None]
    review_entry: Mapped[int | None]


class ConsumptionOrder(Base):
    """A debtor may not spend on what is costly and not needed (RHC 1, 3)."""

    __tablename__ = "consumption_order"
    __table_args__ = (Index("ix_consumption_order_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    state: Mapped[str] = mapped_column(String(20))
    """``asked``, ``refused``, ``ordered``, ``lifted``."""
    listing_id: Mapped[int | None] = mapped_column(ForeignKey("listing.id"))
    """The listing it came with (RHC 1)."""
    people: Mapped[list[str]] = mapped_column(JSON)
    """Of an organisation: who answers for it and is restricted too (RHC 3)."""
    words: Mapped[str] = mapped_column(Text)
    asked_entry: Mapped[int | None]
    ordered_entry: Mapped[int | None]
    ordered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lifted_entry: Mapped[int | None]
    lifted_ground: Mapped[str | None] = mapped_column(String(40))


class ConsumptionLeave(Base):
    """A restricted person asks to be allowed one thing (RHC 3, 8)."""

    __tablename__ = "consumption_leave"
    __table_args__ = (Index("ix_consumption_leave_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("consumption_order.id"))
    what: Mapped[str] = mapped_column(String(400))
    on: Mapped[date] = mapped_column(Date)
    why: Mapped[str] = mapped_column(Text)
    own_money: Mapped[bool]
    """For an organisation's people: a private purchase with their own money (RHC 3)."""
    answer: Mapped[str | None] = mapped_column(String(20))
    entry_number: Mapped[int]
    answered_entry: Mapped[int | None]


class ConsumptionLifting(Base):
    """Somebody asks that a bar be lifted, against security or because the creditor agrees (RHC 9)."""

    __tablename__ = "consumption_lifting"
    __table_args__ = (Index("ix_consumption_lifting_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("consumption_order.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who asks: whoever is barred, or the creditor."""
    rests_on: Mapped[str] = mapped_column(String(20))
    """``security`` or ``consent``."""
    words: Mapped[str] = mapped_column(Text)
    """What the security is; of consent why it is asked for."""
    agrees: Mapped[bool | None]
    """The creditor's word; None while they said nothing."""
    agrees_entry: Mapped[int | None]
    answer: Mapped[str | None] = mapped_column(String(20))
    """``lift`` or ``keep``; None while it waits."""
    entry_number: Mapped[int]
    answered_entry: Mapped[int | None]


class ListingRecord(Base):
    """A line of the list's chain: public, anchored in the log, and naming nobody."""

    __tablename__ = "listing_record"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(Reference, unique=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = ({"info": {"append_only": True}},)


class ListingHead(Base):
    """How far the list and its records go: one row, locked by whoever adds to it, so that no number is skipped, and the page
    counts nothing.
    """

    __tablename__ = "listing_head"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    numbers: Mapped[int]
    records: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    listed: Mapped[int]
    """How many were ever put on the list."""
    removed: Mapped[int]
    put_right: Mapped[int]
    """Of the removed: those that should never have been listed."""


def facts_of(row: Listing) -> dict[str, Any]:
    """How an entry of the docket names a listing, so that it can be compared with its public records."""
    return {"listing": row.reference, "number": row.number} if row.number is not None else {"listing": row.reference}
