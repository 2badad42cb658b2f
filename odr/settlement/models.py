"""Tables of settlement."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from odr.ground.db import Base, BigInt, Reference, UTCDateTime, enum_column, new_reference
from odr.ground.text import Money, T, Text as Words
from odr.procedure.accreditation.models import Accredited


class Ending(enum.Enum):
    """How an agreement ends the case."""

    STATEMENT = "statement"  # the court makes a mediation statement that can be enforced (CPL 100)
    WITHDRAWAL = "withdrawal"  # the claimant withdraws by leave (CPL 148)

    @property
    def label(self) -> Words:
        """The ending in words."""
        return {
            Ending.STATEMENT: T("The court makes a mediation statement that can be enforced"),
            Ending.WITHDRAWAL: T("The claim is withdrawn"),
        }[self]


class OfferState(enum.Enum):
    """Where an offer stands."""

    OPEN = "open"  # may be accepted
    ACCEPTED = "accepted"  # became an agreement
    DECLINED = "declined"  # by its recipient
    WITHDRAWN = "withdrawn"  # by who made it
    EXPIRED = "expired"  # its time ended
    OVERTAKEN = "overtaken"  # another offer was accepted, or the case was decided

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            OfferState.OPEN: T("Open"),
            OfferState.ACCEPTED: T("Offer accepted"),
            OfferState.DECLINED: T("Declined"),
            OfferState.WITHDRAWN: T("Withdrawn"),
            OfferState.EXPIRED: T("Expired"),
            OfferState.OVERTAKEN: T("Overtaken"),
        }[self]


class AgreementState(enum.Enum):
    """Where an agreement stands."""

    SIGNING = "signing"  # waits for signatures
    SIGNED = "signed"  # signed by all; the court has its text
    CONFIRMED = "confirmed"  # the mediation statement is issued and waits for everybody's signature
    EFFECTIVE = "effective"  # binds
    FAILED = "failed"  # somebody declined before it bound; the case goes on (CPL 102)

    @property
    def label(self) -> Words:
        """The state in words."""
        return {
            AgreementState.SIGNING: T("Waits for signatures"),
            AgreementState.SIGNED: T("Signed by everybody"),
            AgreementState.CONFIRMED: T("Statement waits for signatures"),
            AgreementState.EFFECTIVE: T("In effect"),
            AgreementState.FAILED: T("Not concluded"),
        }[self]


class MediationState(enum.Enum):
    """Where a mediation stands."""

    PROPOSED = "proposed"  # waits for everybody's consent
    CHOOSING = "choosing"  # the parties choose a mediator
    ASSIGNED = "assigned"  # the mediator has not accepted yet
    RUNNING = "running"  # under way
    ENDED = "ended"  # over, with or without agreement


class Offer(Base):
    """A structured offer from one party to another, without prejudice."""

    __tablename__ = "offer"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    amount_minor: Mapped[int] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """``{"on": ISO day, "minor": amount}``, adding up to the amount."""
    accelerates: Mapped[bool] = mapped_column(default=True)
    """Everything falls due when one instalment is late."""
    deed: Mapped[str | None] = mapped_column(Text)
    doer_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """Who does what ``deed`` says."""
    words: Mapped[str | None] = mapped_column(Text)
    ending: Mapped[Ending] = mapped_column(enum_column(Ending))
    working: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    """Steps by which the amount was worked out from certified figures; None where it was chosen freely."""
    state: Mapped[OfferState] = mapped_column(enum_column(OfferState), default=OfferState.OPEN)
    entry_number: Mapped[int]
    closed_entry: Mapped[int | None]
    __table_args__ = (CheckConstraint("amount_minor >= 0", name="not_negative"),)

    @property
    def amount(self) -> Money:
        """What is offered to be paid."""
        return Money(self.amount_minor, self.currency)

    @property
    def parts(self) -> list[tuple[Money, date]]:
        """Each instalment with its day."""
        return [(Money(part["minor"], self.currency), date.fromisoformat(part["on"])) for part in self.instalments]


class Agreement(Base):
    """What the parties agreed, in a text everybody signs."""

    __tablename__ = "agreement"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    payer_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    payee_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    amount_minor: Mapped[int] = mapped_column(BigInt, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    accelerates: Mapped[bool] = mapped_column(default=True)
    deed: Mapped[str | None] = mapped_column(Text)
    doer_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """Who does what ``deed`` says."""
    ending: Mapped[Ending] = mapped_column(enum_column(Ending))
    state: Mapped[AgreementState] = mapped_column(enum_column(AgreementState), default=AgreementState.SIGNING)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    entry_number: Mapped[int]
    announced_entry: Mapped[int | None]
    """Where it was announced to the public, in an action in the public interest (CPI 287)."""
    announced_words: Mapped[str | None] = mapped_column(Text)
    """The agreement as the public reads it."""
    announced_until: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    signatures: Mapped[list[AgreementSignature]] = relationship(order_by="AgreementSignature.id", lazy="selectin")

    @property
    def amount(self) -> Money:
        """What is to be paid in all."""
        return Money(self.amount_minor, self.currency)


class AgreementSignature(Base):
    """One party's signature under the agreement, or under the statement made of it."""

    __tablename__ = "agreement_signature"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    statement: Mapped[bool]
    """Under the court's mediation statement; else under the parties' own text."""
    entry_number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (UniqueConstraint("agreement_id", "party_id", "statement"), {"info": {"append_only": True}})


class Mediation(Base):
    """A mediation beside the case: who wanted it, who conducts it, how far it is."""

    __tablename__ = "mediation"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    state: Mapped[MediationState] = mapped_column(enum_column(MediationState))
    consents: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Parties who agreed to mediate (OMR 4, 8)."""
    choices: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Party → account of the mediator they chose."""
    mediator_id: Mapped[int | None] = mapped_column(BigInt)
    judge_led: Mapped[bool] = mapped_column(default=False, server_default="0")
    """The judge of the case is the mediator, as everybody agreed and only where the rules know it (CPL 97)."""
    disclosed: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """``{"tie", "words", "kept": [party, …]}``: what the mediator disclosed, and who would go on with them (OMR 13)."""
    second: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """``{"named": {party: [account, who leads]}, "account", "accepted", "leads"}``: a second mediator (OMR 11)."""
    gone: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Mediators who declined or were replaced: they do not come back (OMR 12, 14)."""
    replaced_by: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Parties who have asked for another mediator, once for each time (OMR 14)."""
    longer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """``{"until": ISO day, "agreed": [party, …]}``: a longer time somebody asked for and who agreed to it (OMR 24)."""
    entry_number: Mapped[int]
    ended_entry: Mapped[int | None]
    __table_args__ = (Index("ix_mediation_state_mediator", "state", "mediator_id"),)


class MediatorEntry(Base):
    """What the published list says of a mediator, in the version of one day: written by the mediator, published or
    declined by the president (OMR 5, 27).
    """

    __tablename__ = "mediator_entry"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    told: Mapped[dict[str, Any]] = mapped_column(JSON)
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigInt)
    published: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it is no longer shown, or no longer waits."""


class Moderation(Base):
    """A mediator who only looks after the tone in the private room, on a party's request: no mediation, and no time
    limit.
    """

    __tablename__ = "moderation"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    """Who asked for it."""
    moderator_id: Mapped[int] = mapped_column(BigInt)
    entry_number: Mapped[int]
    ended_entry: Mapped[int | None]


class DisputeBeforeFiling(Base):
    """What a mediation before any claim is about, in a case of its own (OMR 8)."""

    __tablename__ = "dispute_before_filing"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    what: Mapped[str] = mapped_column(Text)
    asks: Mapped[str] = mapped_column(Text)
    amount_minor: Mapped[int | None] = mapped_column(BigInt)
    currency: Mapped[str] = mapped_column(String(3))
    entry_number: Mapped[int]

    @property
    def amount(self) -> Money | None:
        """What it is about in money, if it is."""
        return Money(self.amount_minor, self.currency) if self.amount_minor is not None else None


class Confirmation(Base):
    """A joint application that the court confirm an agreement made before a mediator, in a case of its own and without
    fee (CPL 205, 206).
    """

    __tablename__ = "confirmation"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), unique=True)
    from_case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    """The mediation before a claim in this court; empty for another organisation's."""
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    organisation: Mapped[str] = mapped_column(String(200))
    effective_on: Mapped[date] = mapped_column(Date)
    words: Mapped[str | None] = mapped_column(Text)
    """The agreement word for word, where it was made elsewhere."""
    applied: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Parties who applied; the court looks at it when all have."""
    entry_number: Mapped[int]
    ruled_entry: Mapped[int | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class RoomMessage(Base):
    """Something said in the room; in caucus only its party and the mediator read it."""

    __tablename__ = "room_message"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    caucus_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    """The party with whom the mediator speaks alone."""
    speaker: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    entry_number: Mapped[int]
    mediation_id: Mapped[int | None] = mapped_column(BigInt)
    """Set where it was said to the judge who mediates: then they read it, and nothing else of the room."""
    __table_args__ = ({"info": {"append_only": True}},)


class ToneNote(Base):
    """A moderator put milder words in the place of a message; the first words stay with who said them and on the
    docket.
    """

    __tablename__ = "tone_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("room_message.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)


class Certifier(Accredited, Base):
    """An authority or business whose signed statements this court takes: accredited by the operator, until it is
    revoked.
    """

    __tablename__ = "certifier"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kinds: Mapped[list[str]] = mapped_column(JSON)
    """What it may certify, in the pack's words."""


class CertifiedStatement(Base):
    """What a certifier stated for one case, byte for byte as it was signed."""

    __tablename__ = "certified_statement"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str] = mapped_column(Reference, unique=True, default=new_reference)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    certifier_id: Mapped[int] = mapped_column(ForeignKey("certifier.id"))
    kind: Mapped[str] = mapped_column(String(40))
    file_number: Mapped[str] = mapped_column(String(120))
    issued_on: Mapped[date] = mapped_column(Date)
    figures: Mapped[dict[str, int]] = mapped_column(JSON)
    signed: Mapped[str] = mapped_column(Text)
    """The canonical JSON that was signed."""
    signature: Mapped[str] = mapped_column(String(88))
    digest: Mapped[str] = mapped_column(String(64))
    entry_number: Mapped[int]
    __table_args__ = (UniqueConstraint("case_id", "digest"), {"info": {"append_only": True}})


class PayoutInstruction(Base):
    """To which account a party is paid what was agreed; read by payer and payee alone.

    What was named before accounts were sealed here stands in the three plain columns, which are empty since.
    """

    __tablename__ = "payout_instruction"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    holder: Mapped[str] = mapped_column(String(200), default="")
    bank: Mapped[str] = mapped_column(String(200), default="")
    account: Mapped[str] = mapped_column(String(60), default="")
    sealed: Mapped[str | None] = mapped_column(Text)
    """Holder, bank and number, encrypted under a key of the court's secret: a copy of the database names no account."""
    entry_number: Mapped[int]
    __table_args__ = ({"info": {"append_only": True}},)
