"""Tables of fees: what was asked, what came, what went back, and the books behind every figure."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words
from odr.payments.fee.fee_computation import Matter
from odr.procedure.rules.tariff import Ending, ReliefKind


class AssessmentState(enum.Enum):
    """Where one assessed fee stands."""

    DUE = "due"  # to be paid
    PAID = "paid"  # money arrived: set by a verified payment only
    NOTHING = "nothing"  # nothing is payable: free, exempted, or paid already by another assessment
    DEFERRED = "deferred"  # granted to be paid later
    CANCELLED = "cancelled"  # replaced by another assessment, or the claim is at an end

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            AssessmentState.DUE: T("To be paid"),
            AssessmentState.PAID: T("Paid"),
            AssessmentState.NOTHING: T("Nothing to pay"),
            AssessmentState.DEFERRED: T("Payment put off"),
            AssessmentState.CANCELLED: T("No longer due"),
        }[self]


class Channel(enum.Enum):
    """How money came or went."""

    CARD = "card"  # through Stripe: card, wallet or QR code
    TRANSFER = "transfer"  # bank transfer with our reference
    COUNTER = "counter"  # at the court's counter

    @property
    def label(self) -> Words:
        """The way in words."""
        return {
            Channel.CARD: T("Online payment"),
            Channel.TRANSFER: T("Bank transfer"),
            Channel.COUNTER: T("At the counter"),
        }[self]


class CheckoutState(enum.Enum):
    """Where one visit to the payment page stands."""

    ASKED = "asked"  # asked of Stripe, no answer kept yet
    OPEN = "open"  # the page can be used
    PROCESSING = "processing"  # completed there; the money is on its way
    PAID = "paid"  # the event said so
    EXPIRED = "expired"  # over without payment


class RefundState(enum.Enum):
    """Where money that goes back stands; a refund always reaches one of the last two."""

    ORDERED = "ordered"  # waits for the cashier, or the second person
    APPROVED = "approved"  # to be sent
    SENT = "sent"  # given to Stripe or the bank; its end is not known yet
    PAID = "paid"  # arrived
    FAILED = "failed"  # came back; the cashier pays another way

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            RefundState.ORDERED: T("Waits for approval"),
            RefundState.APPROVED: T("Approved"),
            RefundState.SENT: T("On its way"),
            RefundState.PAID: T("Paid back"),
            RefundState.FAILED: T("Came back"),
        }[self]


UNPAID = frozenset(RefundState) - {RefundState.PAID}
"""Money in one of these states has not arrived yet."""


class ReliefState(enum.Enum):
    """What became of a request for help with the fee."""

    PENDING = "pending"  # waits for the decision
    GRANTED = "granted"  # allowed
    REFUSED = "refused"  # not allowed, with reasons and a new period to pay
    OVER = "over"  # never decided: the case is over and nothing is due


class EventOrigin(enum.Enum):
    """How a fact of Stripe's reached us. All three are authenticated."""

    WEBHOOK = "webhook"  # sent to us, signed
    LISTED = "listed"  # we asked for the list of events
    RETRIEVED = "retrieved"  # we asked for the object itself


class LedgerAccount(enum.Enum):
    """The chart of accounts."""

    RECEIVABLE = "receivable"  # fees owed to the court
    CLEARING = "clearing"  # money that Stripe holds for us
    BANK = "bank"  # money in the court's account
    CASH = "cash"  # money at the counter
    REFUNDS = "refunds"  # to be paid back
    ENTRUSTED = "entrusted"  # collected for experts and witnesses who come, to be passed on to them or given back
    DEFERRED = "deferred"  # assessed, not earned before the case ends
    INCOME = "income"  # earned, for the treasury
    SUSPENSE = "suspense"  # received, and nobody knows for what
    DISPUTED = "disputed"  # taken back by a bank until a dispute is over

    @property
    def label(self) -> Words:
        """The account in words."""
        return ACCOUNT_WORDS[self]


ACCOUNT_WORDS = {
    LedgerAccount.RECEIVABLE: T("Fees receivable"),
    LedgerAccount.CLEARING: T("Held by Stripe"),
    LedgerAccount.BANK: T("Bank"),
    LedgerAccount.CASH: T("Counter"),
    LedgerAccount.REFUNDS: T("Refunds payable"),
    LedgerAccount.ENTRUSTED: T("Collected for experts and witnesses"),
    LedgerAccount.DEFERRED: T("Deferred fees"),
    LedgerAccount.INCOME: T("Fee income"),
    LedgerAccount.SUSPENSE: T("Not yet matched"),
    LedgerAccount.DISPUTED: T("In dispute"),
}


class FeeBasis(Base):
    """What a fee is computed on: kept when a claim is lodged, replaced when it changes."""

    __tablename__ = "fee_basis"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    matter: Mapped[Matter] = mapped_column(enum_column(Matter))
    amounts: Mapped[list[int]] = mapped_column(JSON)
    non_property: Mapped[int] = mapped_column(default=0)
    joined: Mapped[bool] = mapped_column(default=False)
    """Heard together with another's claim; of a retrial: both sides applied for it (FEE 18, 32)."""
    ground: Mapped[str | None] = mapped_column(String(40))
    """Of a retrial: in which of the cases of the law it costs (FEE 9)."""
    at_end: Mapped[bool] = mapped_column(default=False)
    """An action of many: nothing in advance, the loser pays when the case ends (CPI 194)."""
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)


class FeeAssessment(Base):
    """One fee notice: what is to be paid, for what, with every step of the computation."""

    __tablename__ = "fee_assessment"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    basis_id: Mapped[int | None] = mapped_column(ForeignKey("fee_basis.id"))
    matter: Mapped[Matter] = mapped_column(enum_column(Matter))
    window_kind: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    full_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    transfer_code: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[AssessmentState] = mapped_column(enum_column(AssessmentState))
    entry_number: Mapped[int]
    assessed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    goes_on_as: Mapped[str | None] = mapped_column(Reference)
    """Where the claim is heard in another case since: the basis its fee is asked for on there. Money for this notice counts there."""
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="not_negative"),
        Index("ix_fee_assessment_state", "state"),
        {"info": {"asked_by": ("party_id", "matter", "state", "window_kind", "entry_number")}},
    )

    @property
    def amount(self) -> Money:
        """What is to be paid."""
        return Money(self.amount_minor, self.currency)


class CheckoutSession(Base):
    """One visit to Stripe's payment page for one assessment; at most one is usable at a time."""

    __tablename__ = "checkout_session"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("fee_assessment.id"))
    attempt: Mapped[int]
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    locale: Mapped[str] = mapped_column(String(12))
    email: Mapped[str | None] = mapped_column(String(254))
    state: Mapped[CheckoutState] = mapped_column(enum_column(CheckoutState))
    stripe_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    url: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        UniqueConstraint("assessment_id", "attempt"),
        Index(
            "ux_checkout_session_usable",
            "assessment_id",
            unique=True,
            sqlite_where=text("state IN ('asked', 'open', 'processing')"),
            postgresql_where=text("state IN ('asked', 'open', 'processing')"),
        ),
        {"info": {"of": "assessment_id"}},
    )


class Payment(Base):
    """Money that came. ``source`` names the evidence and is unique: nothing is credited twice."""

    __tablename__ = "payment"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    assessment_id: Mapped[int] = mapped_column(ForeignKey("fee_assessment.id"), index=True)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    source: Mapped[str] = mapped_column(String(160), unique=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_number: Mapped[int | None]
    receipt_document: Mapped[str | None] = mapped_column(Reference)
    taken_back_minor: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")
    """What the payer's bank took back for good: it is owed again, and never goes back a second time."""
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"), {"info": {"of": "assessment_id"}})

    @property
    def amount(self) -> Money:
        """What came."""
        return Money(self.amount_minor, self.currency)

    @property
    def taken_back(self) -> Money:
        """What of it the payer's bank took back for good."""
        return Money(self.taken_back_minor, self.currency)

    @property
    def is_online(self) -> bool:
        """Whether Stripe holds the charge, so that it can be refunded there."""
        return self.channel is Channel.CARD


class Refund(Base):
    """Money that goes back out of one payment, with the rule and its steps."""

    __tablename__ = "refund"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    ending: Mapped[Ending | None] = mapped_column(enum_column(Ending))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    computation: Mapped[dict[str, Any]] = mapped_column(JSON)
    persons_needed: Mapped[int]
    state: Mapped[RefundState] = mapped_column(enum_column(RefundState), index=True)
    stripe_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    bank_reference: Mapped[str | None] = mapped_column(String(120))
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str | None] = mapped_column(Text)
    ordered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    entry_number: Mapped[int | None]
    part_of: Mapped[str | None] = mapped_column(Reference)
    """The refund that was ordered, where this part of it went another way: the books know the order as one."""
    __table_args__ = (CheckConstraint("amount_minor > 0", name="positive"),)

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)


class RefundApproval(Base):
    """One person's approval of a refund; the same person counts once."""

    __tablename__ = "refund_approval"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    refund_id: Mapped[int] = mapped_column(ForeignKey("refund.id"))
    account_id: Mapped[int] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("refund_id", "account_id"),)


class ReliefRequest(Base):
    """A party's request to pay less, later or nothing (FEE 44–48)."""

    __tablename__ = "relief_request"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[ReliefKind] = mapped_column(enum_column(ReliefKind))
    ground: Mapped[str] = mapped_column(String(60))
    documents: Mapped[list[str]] = mapped_column(JSON, default=list)
    for_appeal: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether it is about the fee of an appeal alone; help granted for the claim counts for the appeal too, until this is decided."""
    state: Mapped[ReliefState] = mapped_column(enum_column(ReliefState))
    granted_kind: Mapped[ReliefKind | None] = mapped_column(enum_column(ReliefKind))
    granted_percent: Mapped[int | None]
    until_on: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CostsOrder(Base):
    """Who bears the fee, as the judge decided it and the president or a correction left it."""

    __tablename__ = "costs_order"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    allocation: Mapped[dict[str, Any]] = mapped_column(JSON)
    entry_number: Mapped[int]
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    executed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CourtAdvance(Base):
    """What the court paid somebody out of its own means for a case, in minor units; the costs decision says who bears it (CPL
    77).
    """

    __tablename__ = "court_advance"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    subject: Mapped[str] = mapped_column(Reference, unique=True)
    """The row of another room for which it was paid."""
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="positive"),
        {"info": {"append_only": True}},
    )


class StripeEvent(Base):
    """An authenticated event, stored under its own id before anything is done with it."""

    __tablename__ = "stripe_event"

    id: Mapped[str] = mapped_column(String(160), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    origin: Mapped[EventOrigin] = mapped_column(enum_column(EventOrigin))
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("ix_stripe_event_applied_at", "applied_at"),)


class FactKind(enum.Enum):
    """What kind of Stripe's objects a fact is about."""

    INTENT = "intent"  # a PaymentIntent
    SESSION = "session"  # a Checkout Session
    REFUND = "refund"  # a Refund
    DISPUTE = "dispute"  # a Dispute
    PAYOUT = "payout"  # money Stripe sent to the bank


class StripeFact(Base):
    """The furthest we know an object of Stripe's to have come. ``rank`` only rises, so order does not matter."""

    __tablename__ = "stripe_fact"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[FactKind] = mapped_column(enum_column(FactKind))
    stripe_id: Mapped[str] = mapped_column(String(120), unique=True)
    rank: Mapped[int]
    intent: Mapped[str | None] = mapped_column(String(120), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    ours: Mapped[str | None] = mapped_column(Reference)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class LedgerEntry(Base):
    """Head of a booking. The database takes it only when its lines are there and balance; ``cause`` books once."""

    __tablename__ = "ledger_entry"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True)
    cause: Mapped[str] = mapped_column(String(200), unique=True)
    what: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    booked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    __table_args__ = {"info": {"append_only": True}}


class LedgerLine(Base):
    """One side of a booking: positive is debit, negative is credit. Written before its head."""

    __tablename__ = "ledger_line"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    entry: Mapped[str] = mapped_column(
        ForeignKey("ledger_entry.reference", deferrable=True, initially="DEFERRED", use_alter=False), index=True
    )
    account: Mapped[LedgerAccount] = mapped_column(enum_column(LedgerAccount))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        Index("ix_ledger_line_account_currency", "account", "currency"),
        {"info": {"append_only": True}},
    )


UNPLACED = "matched_at IS NULL"
"""Lines that wait to be placed: few of all that ever came."""


class BankLine(Base):
    """One line of an imported bank statement. ``fingerprint`` makes a second import of it harmless."""

    __tablename__ = "bank_line"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    booked_on: Mapped[date] = mapped_column(Date, index=True)
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    payer: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(String(400))
    payer_account: Mapped[str] = mapped_column(String(60), default="", server_default="")
    """Where it came from, where the bank says so: money nobody can place goes back there."""
    written_as: Mapped[str] = mapped_column(String(8), default="csv", server_default="csv")
    """In which form the bank told of it: ``csv`` or ``camt``."""
    more: Mapped[str] = mapped_column(String(400), default="", server_default="")
    """What else the bank says of it; a code in it counts, but it tells no two lines apart."""
    doubted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it waits to be said whether it is another transfer, or one the bank told of in the other form: in no book."""
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("fee_assessment.id"))
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    matched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it waits no longer: credited to a fee, or paid back."""

    __table_args__ = (Index("ix_bank_line_open", "id", sqlite_where=text(UNPLACED), postgresql_where=text(UNPLACED)),)

    @property
    def amount(self) -> Money:
        """What came (or went, below nothing)."""
        return Money(self.amount_minor, self.currency)


class BankReturn(Base):
    """Money nobody can place, on its way back to whoever sent it: asked by one cashier, above a sum approved by another,
    transferred, and then on record in the public log as an act of the court that belongs to no case.
    """

    __tablename__ = "bank_return"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), index=True)
    why: Mapped[str] = mapped_column(String(400))
    persons_needed: Mapped[int]
    asked_by: Mapped[int] = mapped_column(BigInt)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_by: Mapped[int | None] = mapped_column(BigInt)
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    way: Mapped[str | None] = mapped_column(String(120))
    """The bank's reference of the transfer back."""
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    record: Mapped[str | None] = mapped_column(Text)
    """The act as it stands in the log, byte for byte."""
    receipt: Mapped[str | None] = mapped_column(Reference, unique=True)
    dropped_by: Mapped[int | None] = mapped_column(BigInt)
    dropped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When somebody said that it is not paid back after all; what had been agreed stays on record."""

    @property
    def is_approved(self) -> bool:
        """Whether as many persons as it needs have agreed."""
        return self.persons_needed < 2 or self.approved_at is not None


class BankColumns(Base):
    """Which column of a bank's statement is which, as a cashier said once of these headings."""

    __tablename__ = "bank_columns"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    """The headings' mark: :func:`odr.payments.books.statements.mark_of`."""
    heads: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[dict[str, int]] = mapped_column(JSON)
    said_by: Mapped[int] = mapped_column(BigInt)
    said_at: Mapped[datetime] = mapped_column(UTCDateTime)


class BankFile(Base):
    """A statement whose headings were not known when it was sent: kept until a cashier says which column is which."""

    __tablename__ = "bank_file"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sent_by: Mapped[int] = mapped_column(BigInt)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DailyClose(Base):
    """The books of one day, closed: balances by account and what was booked."""

    __tablename__ = "daily_close"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    day: Mapped[date] = mapped_column(Date, unique=True)
    last_entry: Mapped[int] = mapped_column(BigInt)
    balances: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    closed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = {"info": {"append_only": True}}


class DifferenceKind(enum.Enum):
    """How Stripe's books and ours can disagree about a charge."""

    NOT_OURS = "not_ours"  # a charge that names no fee of ours
    NOT_CREDITED = "not_credited"  # a charge for a fee of ours that we have not credited
    SUMS_DIFFER = "sums_differ"  # credited with another sum
    NOT_AT_STRIPE = "not_at_stripe"  # credited, and Stripe knows no such charge

    @property
    def label(self) -> Words:
        """The difference in words."""
        return {
            DifferenceKind.NOT_OURS: T("charge that names no fee of ours"),
            DifferenceKind.NOT_CREDITED: T("charge not credited here"),
            DifferenceKind.SUMS_DIFFER: T("credited with another sum"),
            DifferenceKind.NOT_AT_STRIPE: T("credited, but not at Stripe"),
        }[self]


class ReconcileRun(Base):
    """One comparison with Stripe: what was asked, what was found missing, what still differs."""

    __tablename__ = "reconcile_run"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked: Mapped[int]
    applied: Mapped[int]
    newest_event_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
